import './contacts.ts';
import './accounts.ts';
import './history.ts';

export { ingest } from './dialect.ts';
