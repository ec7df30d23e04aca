#!/usr/bin/env node
/**
 * Reads vitest's JSON report and prints, alone on the last line, `412 passed, 0 failed`.
 *
 *     node scripts/count-tests.js REPORT.json [NUMBER OF OTHER CHECKS THAT FAILED]
 *
 * A test file that could not even be loaded has no tests in the report; it counts as one failure. So does a report that
 * is missing, or one without a single test. In CI a skipped test is a failure too: a missing peer must not go unnoticed.
 */
import { readFileSync } from 'node:fs';

const [path, others = '0'] = process.argv.slice(2);

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    console.log(`no test report: ${error.message}`);
    return { testResults: [] };
  }
}

const files = read(path).testResults;
const tests = files.flatMap(file => file.assertionResults.map(test => ({ ...test, file: file.name })));
const unloaded = files.filter(file => file.status === 'failed' && file.assertionResults.length === 0);
const passed = tests.filter(test => test.status === 'passed').length;
const rest = tests.filter(test => test.status !== 'passed');

for (const file of unloaded) console.log(`could not load ${file.name}`);
for (const test of rest) console.log(`${test.status}: ${test.fullName}`);
const failed = rest.length + unloaded.length + Number(others) + (tests.length === 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
