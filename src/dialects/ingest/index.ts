import './contacts.ts';
import './accounts.ts';
import './history.ts';
import './reachability.ts';
import './deliveries.ts';

export { ingest } from './dialect.ts';
