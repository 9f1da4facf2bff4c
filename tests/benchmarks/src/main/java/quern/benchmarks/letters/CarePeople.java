package quern.benchmarks.letters;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The people of a letter: p is the patient, r and c relatives, d and e doctors, w a woman,
        n and k others; {@code p.last}. */
final class CarePeople {

    /** Somebody who does not exist. */
    record Person(String first, String middle, String last, boolean male) {}

    private static final String ENGLISH_MEN = "Gareth,Wendell,Tobias,Desmond,Callum,Leroy,Hollis,Rupert,Ignatius,Clyde,"
            + "Darnell,Percival,Emmett,Rory,Sheldon,Barnaby,Kwame,Rajesh,Hiroshi,Mateo,Tariq,Olumide,Xavier,Dmitri,"
            + "Chidi,Thabo,Wei,Jun,Arjun,Yusuf,Santiago,Tyrone,Fergus,Grant,Miles,Dale,Chase,Cliff,Frank,Rob,Bill,"
            + "Mohammed,Ashok,Khalid,Trevor,Nigel,Duane,LaMarcus,Jean-Paul,Cody";
    private static final String ENGLISH_WOMEN = "Philippa,Winifred,Odette,Rosalind,Marguerite,Hattie,Bronwen,Saoirse,"
            + "Latoya,Imelda,Gwendolyn,Tamsin,Beatrix,Shanice,Priyanka,Yuki,Fatima,Ngozi,Guadalupe,Svetlana,Zainab,"
            + "Mei-Ling,Adaeze,Soledad,Ingrid,Dolores,Hope,Faith,Joy,April,May,Dawn,Ivy,Olive,Ruby,Amber,Peggy,Sue Ann,"
            + "Mary Lou,Kayleigh,Siobhan,Aoife,Niamh,Delphine,Lakshmi,Thandiwe,Anneke,Rhiannon,Verity,Jo";
    private static final String ENGLISH_LAST = "Pemberton,Okonkwo,Whitlock,Tran,Delacroix,Abernathy,Villanueva,"
            + "Kowalczyk,"
            + "Haddad,Nakagawa,Thistlewood,Ramaswamy,Osei,Castellanos,Brannigan,MacAllister,McGillicuddy,O'Dwyer,"
            + "O’Shaughnessy,St. Clair,Fitzgerald-Hume,Smythe-Barlow,de la Cruz,Van Houten,Al-Masri,ben Yosef,"
            + "Nguyen,Kim,"
            + "Li,Ng,Wu,Singh,Kaur,Patel,Young,Bishop,King,Brown,Green,Rivers,Fields,Church,Price,Day,Winter,Love,Hand,"
            + "Foote,Small,Long,Stone,Wood,Hill,Marsh,Banks,Cook,Baker,Carpenter,Mason,Hawthorne,Quigley,Underhill,"
            + "Yates,Zielinski,Eriksen,Mbeki,Contreras,Lindqvist,Featherstonehaugh,Cholmondeley,Drummond,Pryce-Jones,"
            + "Achterberg,Bhattacharya,Venkataraman,Oyelaran,Tsosie,Begay,Kealoha,Broussard,Guidry,Lachance,Petrosyan";
    private static final String[][] OTHERS = {
        {"de", "Ansgar,Detlef,Günther,Hartmut,Jörg,Lutz,Reinhold,Torben,Uwe,Volker,Karl-Heinz,Mehmet,Jannik,Björn",
            "Annegret,Birgit,Edeltraud,Friederike,Gudrun,Heike,Ilse,Käthe,Roswitha,Silke,Ann-Kathrin,Ayşe,Dörte,Jule",
            "Achenbach,Brüggemann,Dahlhaus,Eickhoff,Grünewald,Hölscher,Jansen,Kaltenbrunn,Löffler,Möllers,Nüßlein,"
            + "Oberdorf,Pfeiffer,Rautenberg,Schäfer,Tiefensee,Überall,von Stetten,Wessels,Yıldırım,Zumbrink,Lang,Kurz,"
            + "Sommer,Vogel,König,Krause-Lindner,zur Mühlen,Groß,Weiß"},
        {"fr", "Aurélien,Baptiste,Étienne,Guillaume,Loïc,Thibault,Jean-Luc,Rémi",
            "Clémence,Solène,Maëlle,Océane,Geneviève,Anne-Sophie,Yasmina,Joëlle",
            "Beaumont,Carpentier,Desrosiers,Fauré,Guérin,Lefèvre,d'Aubigny,Le Goff,Marchand,Béranger,N'Diaye,"
            + "Petitjean"},
        {"nl", "Bram,Diederik,Joost,Maarten,Sjoerd,Wouter,Gijs", "Anouk,Femke,Hanneke,Lieke,Marijke,Sanne,Truus",
            "van der Heijden,de Groot,Hoekstra,'t Hart,van den Bosch,Kuipers,ter Horst,Wiersma,Bakker,Zijlstra"},
        {"es", "Álvaro,Íñigo,Joaquín,Ramón,Gonzalo", "Begoña,Inmaculada,Lucía,Nuria,Pilar",
            "García Lorente,Ibáñez,Núñez,de la Fuente,Echeverría,Peña,Rodríguez Saavedra,Quiroga"},
        {"it", "Alessio,Calogero,Ettore,Nicolò,Salvatore", "Chiara,Donatella,Ginevra,Loredana,Rosaria",
            "Bianchi,D'Amico,De Luca,Esposito,Lo Presti,Mastroianni,Zanetti,Fumagalli"},
        {"pl", "Łukasz,Zbigniew,Paweł,Grzegorz", "Agnieszka,Małgorzata,Bożena,Żaneta",
            "Wójcik,Kamińska-Nowak,Szczepański,Dąbrowski,Jabłoński,Gołąb"},
        {"se", "Åke,Göran,Torbjörn,Håkan", "Åsa,Kerstin,Maj-Britt,Linnéa",
            "Åkerlund,Björkman,Söderqvist,Lindholm,Öberg,Hedström"}};

    private final CareCase facts;
    private final Map<Character, Person> people = new HashMap<>();

    CarePeople(CareCase facts) {
        this.facts = facts;
    }

    Person of(char role) {
        Person person = people.get(role);
        if (person == null) {
            person = make(role);
            if ((role == 'r' || role == 'c') && facts.random.nextInt(5) < 3) {
                person = new Person(person.first, person.middle, of('p').last, person.male);
            }
            people.put(role, person);
        }
        return person;
    }

    private Person make(char role) {
        boolean male = role != 'w' && facts.random.nextBoolean();
        String[] lists = {"", ENGLISH_MEN, ENGLISH_WOMEN, ENGLISH_LAST};
        String land = switch (facts.land) {
            case "at", "ch" -> "de";
            case "be" -> facts.pick("nl", "fr");
            default -> facts.land;
        };
        boolean settled = facts.random.nextInt(8) == 0;
        for (String[] other : OTHERS) {
            if (other[0].equals(land) && !settled || settled && facts.random.nextInt(9) == 0) {
                lists = other;
            }
        }
        String[] firsts = lists[male ? 1 : 2].split(",");
        return new Person(facts.pick(firsts), facts.pick(firsts), facts.pick(lists[3].split(",")), male);
    }

    String write(String slot) {
        if (slot.length() < 3 || slot.charAt(1) != '.' || "prcdenkw".indexOf(slot.charAt(0)) < 0) {
            return null;
        }
        Person person = of(slot.charAt(0));
        String form = slot.substring(2);
        String plain = plain(person, form);
        return plain != null ? plain : CareText.mark("name", name(person, form));
    }

    private String plain(Person person, String form) {
        return switch (form) {
            case "t" -> person.male ? "Mr" + dot() : facts.pick("Mrs", "Ms", "Mrs") + dot();
            case "herr" -> person.male ? "Herr" : "Frau";
            case "herrn" -> person.male ? "Herrn" : "Frau";
            case "he" -> person.male ? "he" : "she";
            case "He" -> person.male ? "He" : "She";
            case "his" -> person.male ? "his" : "her";
            case "him" -> person.male ? "him" : "her";
            case "man" -> person.male ? "man" : "woman";
            case "boy" -> person.male ? "boy" : "girl";
            case "sex" -> person.male ? "M" : "F";
            case "gender" -> person.male ? "male" : "female";
            case "kin" -> person.male ? facts.pick("son", "brother", "husband") : facts.pick("daughter", "wife",
                    "sister");
            case "spouse" -> person.male ? "husband" : "wife";
            case "parent" -> person.male ? "father" : "mother";
            case "er" -> person.male ? "er" : "sie";
            case "patient" -> person.male ? "Patient" : "Patientin";
            default -> null;
        };
    }

    private String dot() {
        return facts.land.equals("us") ? "." : "";
    }

    private String name(Person person, String form) {
        String first = person.first;
        String last = person.last;
        String initial = first.substring(0, 1);
        String middle = person.middle.substring(0, 1);
        return switch (form) {
            case "fl" -> first + " " + last;
            case "full" -> facts.pick(first + " " + last, first + " " + middle + ". " + last, first + " " + last,
                    first + " " + person.middle + " " + last, first + " " + middle + " " + last);
            case "first" -> first;
            case "last" -> last;
            case "mid" -> person.middle;
            case "rev" -> facts.pick(last + ", " + first, last + ", " + first + " " + middle + ".", last + "," + first,
                    last.toUpperCase(Locale.ROOT) + ", " + first);
            case "init" -> facts.pick(initial + ". " + last, initial + "." + middle + ". " + last, initial + " " + last,
                    initial + ". " + middle + ". " + last);
            case "up" -> (first + " " + last).toUpperCase(Locale.ROOT);
            case "lastup" -> last.toUpperCase(Locale.ROOT);
            case "lastfirst" -> last + " " + first;
            case "initials" -> facts.pick(initial + middle + last.substring(0, 1),
                    initial + "." + last.charAt(0) + ".", initial + "." + middle + "." + last.charAt(0) + ".");
            default -> throw new IllegalStateException("no form of a name " + form);
        };
    }
}
