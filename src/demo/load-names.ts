/** Names of made-up people; some hundred of each give more pairs than anybody looks at. */
const words = (text: string) => text.trim().split(/\s+/) as [string, ...string[]];

export const firstNames = words(`
  Ada Adèle Aisha Akira Alma Amara Anders Anjali Anneliese Antônio Astrid Babak Beatriz Björn Bogdan Camille Carlos Chloé
  Chiamaka Clara Dagny Daniel Darya Diego Dmitri Ebba Eduardo Eilidh Elif Emeka Emre Esra Fatima Felix Fiona Florian Frida
  Gabriela Gita Goran Grace Guðrún Hana Hannah Haruto Hélène Hiroshi Ignacio Ilse Imran Inês Ingrid Isabel Ivan Jakub
  Jamal João Jonas José Jürgen Kaito Karolína Katarzyna Kofi Lars Leila Lena Linh Łukasz Maja Malin Marek Mariam Mateo
  Maya Mehmet Mika Minh Mónica Nadia Naoki Niamh Nils Nina Noor Olga Oluwaseun Omar Øyvind Paula Pedro Petra Priya Rafael
  Rania Renée Ricardo Rosa Ruth Samuel Šárka Selma Sergei Siobhán Sofía Søren Stefan Sunita Svetlana Takumi Tariq Tereza
  Thabo Theo Tomás Ülkü Valentina Vera Viktor Wanjiru Wei Xavier Yara Yuki Zainab Zoë
`);

export const lastNames = words(`
  Abe Adeyemi Aguilar Ahmed Akhtar Almeida Andersson Arslan Bakker Banerjee Bauer Becker Berg Bianchi Boateng Brandt
  Byrne Carvalho Castillo Černý Chen Costa Dahl Demir Dlamini Dubois Duarte Eriksen Farouk Fernández Fischer Fontaine
  Fraser García Gonçalves Grabowski Gupta Haddad Håkansson Hansen Hashimoto Hernández Hoffmann Horvat Hughes Ibrahim Ito
  Ivanova Jansen Jensen Jiménez Kamau Kaya Kim Kovač Kowalski Kruger Kumar Lindqvist Lopes Lund MacLeod Mahlangu Marino
  Martínez Mbeki Meier Mendes Moreau Müller Murphy Nakamura Navarro Ndiaye Nguyen Nielsen Novák Nowak Nuñez Nyström
  Obi Ochieng Okafor Oliveira Olsen Osei Özdemir Pacheco Park Patel Pereira Petrov Popescu Quist Ramos Rao Reyes Ricci
  Rossi Ruiz Sato Schäfer Schmidt Sharma Silva Singh Smirnova Søgaard Suzuki Szabó Takahashi Tanaka Teixeira Tran Ueda
  Varga Vargas Visser Vogel Wagner Watanabe Weiß Wójcik Yamada Yıldız Zhang Zimmermann Żak
`);
