// Reads calls of @actions/core as JSON, [[function, ...arguments], ...], and prints as JSON what each one
// wrote to standard output or returned.
import * as core from '@actions/core'
import { readFileSync } from 'node:fs'

const print = process.stdout.write.bind(process.stdout)
const answers = []
for (const [name, ...args] of JSON.parse(readFileSync(0, 'utf8'))) {
  let written = ''
  process.stdout.write = text => { written += text; return true }
  const returned = core[name](...args)
  process.stdout.write = print
  answers.push(returned === undefined ? written : returned)
}
print(JSON.stringify(answers))
