// The coverage page: each parameter and member of COS's document on objects, with the test that shows it works.
import { table } from './markdown.mjs'

/** @param page what suites/conformance/page exports, built */
export function coveragePage({ PAGE, COVERAGE, nameOf, memberOf, subjectOf }, nouns) {
  const links = new Map(
    nouns.flatMap(({ noun, operations }) =>
      Object.keys(operations).map((name) => [name, `${noun}.md#${name.toLowerCase()}`]),
    ),
  )
  const count = counts(COVERAGE.flatMap(linesOf))
  const sections = new Map(COVERAGE.map((section) => [section.title, section]))
  const line = (covered, what) => [
    `\`${nameOf(covered.name)}\``,
    what,
    memberText(covered, { nameOf, memberOf }),
    covered.run ? `✓ ${covered.title}` : (covered.reason ?? 'missing'),
  ]
  const chapters = PAGE.map(({ title, sections: listed }) => {
    const parts = listed.map((section) =>
      sectionText(sections.get(section.title), { links, line, subjectOf }),
    )
    return [`## ${title}`, ...parts].join('\n\n')
  })
  const summary = COVERAGE.map((section) => {
    const { done, all } = counts(linesOf(section))
    const link = links.get(subjectOf(section))
    const method = section.method && `\`${section.method}\``
    return [
      `[${section.title}](#${anchor(section.title)})`,
      section.api ?? '',
      `\`${section.python}\``,
      link ? `[${method}](${link})` : (method ?? ''),
      `${done} of ${all}`,
    ]
  })
  return `# Coverage

Tencent's document [Object Operations](https://intl.cloud.tencent.com/document/product/436/31546) (of the Python SDK, as of 2021-06-11)
lists what a program may do with objects. Each of its parameters and each member of its replies stands here with the test that uses it
through our own SDK against a running server, and looks at what it does; or with the reason why there is none. The tests are
\`suites/conformance/page.test.ts\`; a name without either makes them fail, and so does a case that passes when its member is left out.

**${count.done} of ${count.all}** have a test.

${table(summary, ['section', 'COS API', 'Python', 'our SDK', 'tested'])}

${chapters.join('\n\n')}
`
}

function sectionText(section, { links, line, subjectOf }) {
  const { title, api, python, covered, sample } = section
  const subject = subjectOf(section)
  const link = links.get(subject)
  const ours = section.method ? `; ours \`${section.method}\`${link ? ` ([reference](${link}))` : ''}` : ''
  const head = `### ${title}\n\n${api ? `${api}; ` : ''}Python \`${python}\`${ours}.`
  const rows = [
    ...covered.takes.map((entry) => line(entry, 'parameter')),
    ...covered.tells.map((entry) => line(entry, 'reply')),
  ]
  if (sample) return `${head}\n\n${sample.run ? `✓ ${sample.title}` : (sample.reason ?? 'missing')}`
  return `${head}\n\n${table(rows, ['name', '', 'our SDK', 'test'])}`
}

function memberText({ name, run }, { nameOf, memberOf }) {
  if (!run) return ''
  const member = memberOf(name)
  return member === nameOf(name) ? 'the same' : `\`${member}\``
}

function linesOf({ covered, sample }) {
  return [...covered.takes, ...covered.tells, ...(sample ? [sample] : [])]
}

function counts(lines) {
  return { done: lines.filter(({ run }) => run).length, all: lines.length }
}

/** As GitHub makes them of headings. */
function anchor(title) {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
