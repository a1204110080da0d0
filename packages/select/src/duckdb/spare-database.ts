// A DuckDB that was opened before it was known what for: that takes longer than most questions to it.
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Database, type DatabaseOptions } from './database.js'
import { quotedText } from './sql-text.js'

type Connections = readonly [DuckDBConnection, DuckDBConnection, DuckDBConnection]

export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return SpareDatabase.open().then((spare) => spare.take(options))
}

export class SpareDatabase {
  readonly #instance: DuckDBInstance
  readonly #connections: Connections

  private constructor(instance: DuckDBInstance, connections: Connections) {
    this.#instance = instance
    this.#connections = connections
  }

  /** Nothing is spilled to disk. */
  static async open(): Promise<SpareDatabase> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      temp_directory: '',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      allow_unsigned_extensions: 'false',
      // Files are written anew under their names, faster than the time of a change tells.
      enable_external_file_cache: 'false',
    })
    const connect = async () => {
      const connection = await instance.connect()
      await connection.run("SET TimeZone = 'UTC'")
      return connection
    }
    return new SpareDatabase(instance, [await connect(), await connect(), await connect()])
  }

  /** To be used, and closed, before it is taken; neither changes anything. */
  rehearse(): Database {
    const [reading, ...free] = this.#connections
    return new Rehearsal(this.#instance, reading, free)
  }

  /**
   * To be called once. Statements are made from a parsed query and hold nothing of it but quoted text, so none should ever
   * name a file or a setting; what is closed here would stop one that did.
   */
  async take({ folder, threads, memoryBytesMax }: DatabaseOptions): Promise<Database> {
    const [reading, ...free] = this.#connections
    const settings = [
      `SET threads = ${threads}`,
      `SET memory_limit = '${memoryBytesMax}B'`,
      `SET allowed_directories = [${quotedText(folder)}]`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]
    // At once: each time of asking takes a turn of the event loop, which may be busy.
    await reading.run(settings.join('; '))
    return new Database(this.#instance, reading, free)
  }
}

class Rehearsal extends Database {
  override close(): void {}
}
