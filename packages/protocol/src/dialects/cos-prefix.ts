// What the names of COS's own headers begin with: all that clients need of the dialect.

export const COS_PREFIX = 'x-cos-'
