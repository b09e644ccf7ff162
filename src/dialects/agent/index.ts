import './contacts.ts';
import './accounts.ts';
import './history.ts';
import './organizations.ts';
import './reachability.ts';
import './deliveries.ts';

export { agent } from './dialect.ts';
