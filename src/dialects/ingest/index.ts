import './contacts.ts';
import './accounts.ts';

export { ingest } from './dialect.ts';
