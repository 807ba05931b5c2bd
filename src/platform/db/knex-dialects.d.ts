declare module 'knex/lib/dialects/mysql2/index' {
  const Client: unknown;
  export = Client;
}
