import { SAMPLE_DOMAIN } from "./sample-directory.ts";
import { createSeededRandom, type SeededRandom } from "./seeded-random.ts";

export type SamplePerson = { email: string; name: string; country: string; groups: string[] };

export const SAMPLE_PEOPLE_COUNT = 300;

/** The person that a newcomer signs in as. */
export const SAMPLE_PERSON = `ines.moreau@${SAMPLE_DOMAIN}`;

/** Letters that Unicode does not take apart. */
const LETTERS: Record<string, string> = { ı: "i", đ: "d", ł: "l", ø: "o", ß: "ss" };

const FIRST: readonly SamplePerson[] = [
  person("Inès Moreau", "FR", ["Engineering", "Finance", "Closers"]),
  person("Tomáš Novák", "CZ", ["Finance"]),
  person("Lea Brandt", "DE", ["Support"]),
  person("Kwame Asante", "GH", ["Engineering"]),
  person("Noor Haddad", "JO", ["Design", "Sales"]),
  person("Mei Tan", "SG", ["Finance", "Operations"]),
  person("Omar Farouk", "EG", ["Operations"]),
];

/** Given names, then family names, of one place; put together at random they name nobody in particular. */
const NAMES: readonly [country: string, given: string, family: string][] = [
  [
    "FR",
    "Camille Hugo Élodie Bastien Maëlle Théo Clémence Lucas Manon Yanis",
    "Lefèvre Garnier Roussel Chevalier Perrin Fabre Blanchard Renaud",
  ],
  [
    "DE",
    "Jonas Greta Felix Annika Moritz Lotte Henrik Frieda Jannik Marlene",
    "Vogel Krüger Lindner Seidel Hartmann Böhm Winkler Ziegler",
  ],
  [
    "ES",
    "Lucía Mateo Carmen Iker Alba Gonzalo Nerea Rubén Marina Álvaro",
    "Ortega Navarro Iglesias Vidal Serrano Molina Cabrera Pascual",
  ],
  [
    "PL",
    "Zofia Jakub Hanna Kacper Maja Szymon Oliwia Wojciech Kinga Bartosz",
    "Wróbel Zieliński Mazur Krawczyk Pawlak Dudek Sikora Walczak",
  ],
  [
    "NG",
    "Chidi Adaeze Tunde Ngozi Emeka Folake Obinna Yewande Segun Ifeoma",
    "Okafor Adeyemi Balogun Eze Nwosu Afolabi Okonkwo Ogunleye",
  ],
  [
    "IN",
    "Ananya Rohan Priya Arjun Meera Vikram Kavya Sanjay Divya Nikhil",
    "Iyer Kulkarni Banerjee Menon Chatterjee Reddy Deshpande Bhatt",
  ],
  [
    "JP",
    "Haruka Kenta Yui Sota Aoi Daichi Mio Ren Sakura Takumi",
    "Fujimoto Ishikawa Matsuda Okada Hayashi Nishimura Sakai Ueda",
  ],
  [
    "BR",
    "Beatriz Thiago Larissa Caio Juliana Rafael Isadora Vinícius Letícia Gustavo",
    "Carvalho Moura Teixeira Barros Azevedo Nogueira Pires Cardoso",
  ],
  [
    "SE",
    "Elsa Oskar Freja Nils Astrid Viktor Saga Emil Tuva Albin",
    "Lindqvist Sandberg Nyström Hedlund Forsberg Wallin Åkesson Bergström",
  ],
  [
    "TR",
    "Elif Emre Zeynep Kerem Defne Burak Selin Deniz Ece Mert",
    "Aydın Özkan Polat Erdem Koç Şahin Tekin Bulut",
  ],
  ["VN", "Linh Minh Thảo Khoa Ngọc Huy Trang Long Hạnh Đức", "Nguyễn Trần Phạm Vũ Đặng Bùi Đỗ Hồ"],
  [
    "IE",
    "Aoife Cian Niamh Oisín Saoirse Darragh Ciara Fionn Róisín Eoin",
    "Gallagher Brennan Doyle Quinn Kavanagh Nolan Sheehan Tierney",
  ],
  [
    "KE",
    "Wanjiru Kamau Akinyi Otieno Njeri Mwangi Achieng Kiprop Wambui Baraka",
    "Kariuki Odhiambo Mutua Njoroge Cheruiyot Wekesa Ochieng Maina",
  ],
  [
    "IT",
    "Giulia Lorenzo Chiara Davide Martina Pietro Elena Simone Alessia Nicolò",
    "Ferrara Conti Bellini Marchetti Galli Rinaldi Fontana Caruso",
  ],
  [
    "KR",
    "Jiwoo Minjun Seoyeon Hyunwoo Haeun Jihoon Yuna Donghyun Sora Taeyang",
    "Kwon Hwang Ahn Song Yoo Hong Jeon Moon",
  ],
  [
    "US",
    "Madison Tyler Brooke Jordan Kayla Austin Paige Logan Morgan Chase",
    "Whitaker Sullivan Hayes Bennett Coleman Porter Holloway Mercer",
  ],
];

/** How many of a hundred people are in a group first. */
const SHARES: readonly [group: string, share: number][] = [
  ["Engineering", 28],
  ["Support", 18],
  ["Operations", 15],
  ["Finance", 12],
  ["Sales", 11],
  ["Design", 8],
  ["People", 5],
  ["Security", 3],
];

function emailOf(name: string): string {
  const plain = name.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
  const ascii = plain.replaceAll(/[^a-z ]/g, (letter) => LETTERS[letter] ?? "");
  return `${ascii.replaceAll(" ", ".")}@${SAMPLE_DOMAIN}`;
}

function person(name: string, country: string, groups: string[]): SamplePerson {
  return { email: emailOf(name), name, country, groups };
}

function firstGroup(random: SeededRandom): string {
  let rest = random.between(1, 100);
  for (const [group, share] of SHARES) {
    rest -= share;
    if (rest <= 0) return group;
  }
  return "Engineering";
}

function groupsOf(random: SeededRandom): string[] {
  const groups = new Set([firstGroup(random)]);
  if (random.chance(0.3)) groups.add(firstGroup(random));
  if (groups.has("Finance") && random.chance(0.2)) groups.add("Closers");
  else if (random.chance(0.06)) groups.add(firstGroup(random));
  return [...groups];
}

/** The people of the sample organisation, the same on every call. */
export function samplePeople(): SamplePerson[] {
  const random = createSeededRandom(20_261_121);
  const people = new Map(FIRST.map((each) => [each.email, each]));
  while (people.size < SAMPLE_PEOPLE_COUNT) {
    const [country, given, family] = random.pick(NAMES);
    const one = person(
      `${random.pick(given.split(" "))} ${random.pick(family.split(" "))}`,
      country,
      groupsOf(random),
    );
    if (!people.has(one.email)) people.set(one.email, one);
  }
  return [...people.values()];
}
