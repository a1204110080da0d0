// The coset command.
import { createRequire } from 'node:module'
import { Command } from 'commander'
import { adminCommand } from './commands/admin.js'
import { keygenCommand } from './commands/keygen.js'
import { serveCommand } from './commands/serve.js'

export async function main(argv: readonly string[]): Promise<void> {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  const program = new Command('coset')
    .description('COS object storage: a server that speaks the XML API of Tencent Cloud COS.')
    .version(version)
    .showHelpAfterError('Run with --help to see what there is.')
  program.addCommand(serveCommand())
  program.addCommand(adminCommand())
  program.addCommand(keygenCommand())
  await program.parseAsync([...argv])
}
