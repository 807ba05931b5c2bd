declare module 'knex/lib/dialects/mysql2/index' {
  const Client: unknown;
  export = Client;
}

declare module 'knex/lib/dialects/better-sqlite3/index' {
  const Client: unknown;
  export = Client;
}
