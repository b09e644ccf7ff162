/** Made-up people, whose names are as common as real ones: a few first and last names are everywhere, most are rare. */
import { random } from '../scripts/random.ts';

const FIRST =
  `James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica
Thomas Karen Christopher Sarah Charles Lisa Daniel Nancy Matthew Sandra Anthony Betty Mark Ashley Donald Emily Steven Kimberly
Andrew Margaret Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa Timothy Deborah Ronald Stephanie Jason Rebecca
George Sharon Edward Laura Jeffrey Cynthia Ryan Dorothy Jacob Amy Nicholas Kathleen Gary Angela Eric Shirley Jonathan Emma Stephen
Brenda Larry Pamela Justin Nicole Scott Anna Brandon Samantha Benjamin Katherine Samuel Christine Gregory Debra Alexander Rachel
Patrick Carolyn Frank Janet Raymond Maria Jack Olivia Dennis Heather Jerry Helen Tyler Catherine Aaron Diane Jose Julie Adam
Victoria Nathan Joyce Henry Lauren Zachary Kelly Douglas Christina Peter Ruth Kyle Joan Noah Virginia Ethan Judith Jeremy Evelyn
Hannah Andrea Megan Cheryl Jacqueline Sean Teresa Keith Gloria Roger Sara Terry Janice Austin Ann Gerald Kathryn Carl Abigail Walter
Sophia Harold Frances Dylan Jean Arthur Alice Lawrence Judy Jordan Isabella Jesse Julia Bryan Grace Billy Amber Bruce Denise Gabriel
Danielle Joe Marilyn Logan Beverly Alan Charlotte Juan Natalie Albert Theresa Willie Diana Elijah Brittany Wayne Doris Randy Kayla
Vincent Alexis Mason Lori Roy Marie Ralph Bobby Russell Bradley Philip Eugene Hans Jürgen Wolfgang Ursula Renate Günther Jean-Luc
François Amélie Chloé Léa Hugo Lucas Mathieu Océane Giulia Marco Lorenzo Chiara Alessandro Javier Lucía Álvaro Íñigo Sofía Mateo Anja
Lars Björn Søren Ingrid Astrid Katarzyna Paweł Agnieszka Łukasz Zoë Mehmet Ayşe Fatma Mohammed Aisha Omar Priya Rahul Anjali Arjun
Wei Li Ming Hiroshi Yuki Sakura Minh Linh Thi Olga Dmitri Svetlana Ivan Natasha`.split(/\s+/);
const LAST =
  `Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas
Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott
Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker
Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard
Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel
Myers Long Ross Foster Jimenez Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf
Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Bernard Dubois Durand Moreau Laurent Simon Lefebvre Leroy Roux
Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino
Greco Conti Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Almeida Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Berg
Johansson Karlsson Nilsson Eriksson Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Novák Svoboda Horváth Nagy Yılmaz Kaya
Demir Singh Kumar Sharma Gupta Khan Ahmed Ali Hussain Wang Zhang Liu Chen Yang Huang Zhao Tanaka Suzuki Takahashi Watanabe Ito Yamamoto
Park Choi Ivanov Smirnov Kuznetsov Popov Petrov`.split(/\s+/);
const STEMS =
  `Acker Alden Ash Bald Barn Beck Bergen Black Brad Bram Bridge Burg Cald Car Chester Clay Col Cran Dal Dan Drey Ed Ehren Elling
Falk Far Fen Gold Grün Hag Ham Har Hazel Heller Hol Hutch Kauf Kessel Kirk Lam Lang Lieb Lin Lund Mac Mans Mar Mont New Nord Oaken Os
Pem Pren Rad Rav Ring Rosen Sand Sax Shel Stan Stein Straw Sun Swan Thorn Tor Ul Van Wal Water Wein West Whit Win Wood Yar Zim`.split(
    /\s+/,
  );
const ENDINGS =
  `bach baum beck berg borough bourne bridge burn bury by combe cott croft dale den dorf er ers feld field ford gate ham hart
hausen heim holm hurst ing ington kamp land ley ling lock man mann mark mere mont more more ner nick ow ridge sen shaw sher side son
stadt stead stein ster stone stow ström thal thorpe ton vale vik ville ward way weil well wick win wood worth`.split(
    /\s+/,
  );
const ROLES = [
  'Accounts Payable',
  'Billing',
  'Buchhaltung',
  'Comptabilité',
  'Finance Department',
  'Purchasing',
  'Front Desk',
];
const PLACES =
  'London Paris Berlin Atlanta Dallas Chicago Boston Madrid Milano Lyon Wien Oslo Leeds Denver Austin Porto'.split(
    ' ',
  );

/** Returns this many names, the same ones for the same seed. */
export function people(count: number, seed = 1): string[] {
  const next = random(seed);
  const any = (words: string[]) => words[Math.floor(next() * words.length)]!;
  // Zipf and Mandelbrot: the n-th name is as frequent as 1 / (n + 25), so the first has a share of one to two percent
  const usual = (words: string[]) => words[Math.floor(25 * ((words.length + 25) / 25) ** next()) - 25]!;
  const letter = () => String.fromCharCode(65 + Math.floor(next() * 26));
  const last = () => (next() < 0.4 ? usual(LAST) : `${any(STEMS)}${any(ENDINGS)}`);
  const person = () => {
    const first = next() < 0.7 ? usual(FIRST) : any(FIRST);
    const middle = next();
    if (middle < 0.1) return `${first} ${letter()}. ${last()}`;
    if (middle < 0.15) return `${first} ${last()}-${last()}`;
    if (middle < 0.2) return `${first} ${any(FIRST)} ${last()}`;
    return `${first} ${last()}`;
  };
  return Array.from({ length: count }, () => (next() < 0.02 ? `${any(ROLES)} ${any(PLACES)}` : person()));
}
