package quern.benchmarks.letters;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** Patients, doctors, relatives and others of a letter, by the land that it was written in. */
final class FreshPeople {

    private static final Set<String> ROLES = Set.of("pt", "doc", "rel", "kid", "rn", "p", "w");

    private static final String[] US_WOMEN = words("""
            Loretta Danielle Kaylee Precious Mei-Ling Guadalupe Shanice Brooke Ingrid Rosalind Tamika Soledad Hope Dawn
            Priya Yolanda Marybeth Anneliese Faith Imani Thuy Maeve LaToya Joy Svetlana Delphine Autumn Xochitl
            Bernadette
            Fatima Jo-Ann Wilhelmina Nevaeh Carol Siobhan Ruth Esperanza Kimberly Olga April""");
    private static final String[] US_MEN = words("""
            Darnell Emmett Tyrone Rigoberto Clifford Mark Will Hyun-Woo Dwayne Giovanni Leroy Santiago Bill Chance
            Vikram Thaddeus Miguel Chukwuemeka Anders Jean-Paul Barrett Demetrius Quang Rusty Zebulon Hank Mohammed
            Ernesto
            Lamar Kyle Wendell Dmitri Frank Royce Ahmed Octavio Gus Braxton Isaiah Grant""");
    private static final String[] US_LASTS = lines("""
            Whitlock;Okafor;O'Shaughnessy;De la Cruz;Van der Berg;Nguyen;Hernández;Abdul-Rahman;Kowalczyk;Young;Hill
            Price;Rose;Long;St. James;D'Amico;MacAllister;Brandvold;Tran;Bishop;Lightfoot;Yellowhorse;Castellanos-Ruiz
            Petrov;Gunderson;Delacroix;Wu;Park;Mbeki;Stubblefield;Ortega;Fitzhugh;Le;Rasmussen;Szymanski;Blackwood
            McCray;Washington;Featherston;Iyer;Chaudhry;Valenzuela;Krause;Pruitt;Boudreaux;Ng;Haddad;Tillman;Swift;Hagen
            Smith-Barnes;Coleman;Zhao;Ruiz;Vanderpool;Sandoval;Klein;Trujillo;Amundson;Church;Wheeler;Ibarra;Odom;Yi
            Rutherford;Quintero;Gage;Marsh;Eze;Lindqvist;Pham;Bell;Ayala;Dunn;Gill;Sosa;Best;Noble""");
    private static final String[] UK_WOMEN = words("""
            Gillian Siân Aoife Mairead Philippa Parveen Harpreet Eilidh Doreen Beverley Niamh Olive Kerry-Ann Chioma
            Agnieszka Heather Daphne Rhiannon Zainab Lesley Ivy Joan Saoirse Tracey Wendy Violet""");
    private static final String[] UK_MEN = words("""
            Alasdair Gareth Iwan Nigel Callum Imran Jagdeep Trevor Hamish Clive Oluwaseun Piotr Barry Rhys Desmond
            Fergus Kwame Stuart Neville Ciaran Tariq Alun Basil Dean Rory Reg""");
    private static final String[] UK_LASTS = lines("""
            Featherstonehaugh;Ap Rhys;MacGillivray;Patel;Hussain;Kaur;Wojciechowski;Adeyemi;Llewellyn;Thwaite;Pugh
            Sidebottom;Cholmondeley;O'Hanlon;Fitz-Gerald;Brown;Cooper-Hayes;Sutcliffe;Ramsay;Begum;Marsh;Rigby;Mistry
            Khan
            Winterbottom;Green;Pritchard;Oyelaran;McLeish;Tranter;Hardcastle;Dhillon;Bright;Weekes;Ferris-Lowe;Nowak
            Body
            Entwistle;Chowdhury;Priestley;de Souza;Ogilvie;Skinner;Noakes;Gupta;Hope;Beddoes;Strachan;Wells;Lamb""");
    private static final String[] DE_WOMEN = words("""
            Annegret Heidemarie Ayşe Gerlinde Friederike Anna-Lena Hannelore Swantje Elif Roswitha Liselotte Mareike
            Oksana
            Waltraud Jolanta Ilse Sieglinde Rosa Dörte Chiara Emine Hildegard Thekla Birgit Yvonne""");
    private static final String[] DE_MEN = words("""
            Karl-Heinz Jörg Detlef Mehmet Wolfram Günter Hans-Jürgen Malte Emre Ottokar Siegfried Dragan Ulf Eberhard
            Nguyen Torben Kasimir Jannik Horst Klaus-Dieter Umut Friedhelm Sören Ewald Bartosz Ernst""");
    private static final String[] DE_LASTS = lines("""
            Brückner;von der Heyde;Yıldırım;Kaltenbach;Müller-Lüdenscheid;Öztürk;Schäfer;Grabowski;Zu Putlitz;Koch
            Sommer
            Weiß;Engelbrecht;Nowotny;Tischbein;Kühn;Jung;Arslan;Dombrowski;Ehrlichmann;Große-Wilde;Hoffmann;Stein;Herbst
            Van Almsick;Krüger;Petrović;Winkelmann;Roth;Lindemann-Kaya;Dreßler;Sauer;Wohlfahrt;Al-Sayed;Klingbeil;Pohl
            Schneider;Hübner;Trần;Vogelsang;Fuß;Morgenstern;Rahimi;Kranz;Schulze;Bergmann;Ärmel;Thoma;Graf;Kur""");

    private record Person(String first, char middle, String second, String last, boolean female) {}

    private FreshPeople() {}

    static StyleSet.Slot write(FreshAsk ask) {
        if (!ROLES.contains(ask.stem())) {
            return null;
        }
        Person person = person(ask);
        String word = word(ask, person);
        if (word != null) {
            return FreshAsk.slot(null, word);
        }
        if (ask.tail().equals("email")) {
            return FreshAsk.slot("email", email(ask, person));
        }
        String name = name(ask, person);
        return name == null ? null : FreshAsk.slot("name", name);
    }

    private static Person person(FreshAsk ask) {
        Random value = ask.value();
        boolean female = value.nextBoolean() || ask.stem().equals("w");
        String[] firsts = switch (ask.land()) {
            case US -> female ? US_WOMEN : US_MEN;
            case UK -> female ? UK_WOMEN : UK_MEN;
            case DE -> female ? DE_WOMEN : DE_MEN;
        };
        String[] lasts = switch (ask.land()) {
            case US -> US_LASTS;
            case UK -> UK_LASTS;
            case DE -> DE_LASTS;
        };
        String first = Persona.pick(firsts, value);
        String second = Persona.pick(firsts, value);
        String last = Persona.pick(lasts, value);
        boolean family = Set.of("rel", "kid").contains(ask.stem()) && value.nextInt(10) < 7;
        if (family) {
            last = person(ask.withHead("pt")).last();
        }
        return new Person(first, (char) ('A' + value.nextInt(23)), second, last, female);
    }

    private static String name(FreshAsk ask, Person who) {
        String middle = who.first() + " " + who.middle() + ". " + who.last();
        return switch (ask.tail()) {
            case "" -> switch (ask.form().nextInt(ask.is(FreshAsk.Land.US) ? 10 : 20)) {
                case 0, 1 -> middle;
                case 2 -> who.first() + " " + who.second() + " " + who.last();
                default -> who.first() + " " + who.last();
            };
            case "plain" -> who.first() + " " + who.last();
            case "first" -> who.first();
            case "last" -> who.last();
            case "mid" -> middle;
            case "third" -> who.first() + " " + who.last() + ask.formOf(new String[] {" III", " Jr", ", Jr", " II"});
            case "lf" -> who.last() + ask.formOf(new String[] {", ", ", ", ","}) + who.first()
                    + (ask.form().nextInt(3) == 0 && ask.is(FreshAsk.Land.US) ? " " + who.middle() : "");
            case "lfm" -> who.last() + ", " + who.first() + " " + who.middle();
            case "lflong" -> who.last() + ", " + who.first() + " " + who.second();
            case "lastfirst" -> who.last() + " " + who.first();
            case "lfcaps" -> upper(who.last() + ask.formOf(new String[] {", ", ","}) + who.first());
            case "caps" -> upper(who.first() + " " + (ask.form().nextInt(3) == 0 ? who.middle() + " " : "")
                    + who.last());
            case "lastcaps" -> upper(who.last());
            case "init" -> who.first().charAt(0) + ask.formOf(new String[] {". ", ". ", " ", "."}) + who.last();
            case "inits" -> who.first().charAt(0) + "." + who.middle() + ". " + who.last();
            case "letters" -> "" + who.first().charAt(0) + who.middle() + upper(who.last()).charAt(0);
            default -> null;
        };
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }

    private static String word(FreshAsk ask, Person who) {
        boolean f = who.female();
        boolean german = ask.is(FreshAsk.Land.DE);
        String dot = ask.is(FreshAsk.Land.UK) ? "" : ".";
        return switch (ask.tail()) {
            case "title" -> german ? f ? "Frau" : "Herr" : f ? ask.value().nextInt(3) == 0 ? "Ms" + dot : "Mrs" + dot
                    : "Mr" + dot;
            case "herrn" -> f ? "Frau" : "Herrn";
            case "geehrt" -> f ? "geehrte Frau" : "geehrter Herr";
            case "patient" -> f ? "Patientin" : "Patient";
            case "sex" -> german ? f ? "w" : "m" : f ? "F" : "M";
            case "he" -> german ? f ? "sie" : "er" : f ? "she" : "he";
            case "hec" -> german ? f ? "Sie" : "Er" : f ? "She" : "He";
            case "his" -> german ? f ? "ihre" : "seine" : f ? "her" : "his";
            case "hisc" -> german ? f ? "Ihre" : "Seine" : f ? "Her" : "His";
            case "him" -> german ? f ? "ihr" : "ihm" : f ? "her" : "him";
            case "man" -> german ? f ? "Frau" : "Mann" : f ? "woman" : "man";
            case "kin" -> german ? f ? "Tochter" : "Sohn" : f ? "daughter" : "son";
            default -> null;
        };
    }

    private static String email(FreshAsk ask, Person who) {
        String first = ascii(who.first());
        String last = ascii(who.last());
        Random value = ask.value();
        String[] homes = switch (ask.land()) {
            case US -> new String[] {"gmail.com", "yahoo.com", "outlook.com", "comcast.net", "icloud.com", "aol.com"};
            case UK -> new String[] {"btinternet.com", "hotmail.co.uk", "gmail.com", "sky.com", "talktalk.net"};
            case DE -> new String[] {"web.de", "gmx.de", "t-online.de", "posteo.de", "freenet.de"};
        };
        String[] works = switch (ask.land()) {
            case US -> new String[] {"mercyridge.org", "lakelandcare.com", "health.tri-valley.edu"};
            case UK -> new String[] {"nhs.net", "northmoor.nhs.uk", "calderclinic.org.uk"};
            case DE -> new String[] {"klinikum-steinberg.de", "praxis-am-markt.de", "reha-seeblick.de"};
        };
        boolean home = Set.of("pt", "rel").contains(ask.stem());
        String host = "@" + Persona.pick(home ? homes : works, value);
        int number = 10 + value.nextInt(89);
        return switch (value.nextInt(home ? 7 : 5)) {
            case 0 -> first + "." + last + host;
            case 1 -> first.charAt(0) + last + host;
            case 2 -> last + "_" + first.charAt(0) + host;
            case 3 -> (first.charAt(0) + "." + last + host).toUpperCase(Locale.ROOT);
            case 4 -> last + "-" + first + host;
            case 5 -> first + last + number + host;
            default -> first + "+doc" + number + host;
        };
    }

    private static String ascii(String name) {
        String plain = name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "ae")
                .replace("Ö", "oe").replace("Ü", "ue").replace("ß", "ss").replace("ı", "i");
        return Normalizer.normalize(plain, Normalizer.Form.NFD).replaceAll("[^A-Za-z-]", "").toLowerCase(Locale.ROOT);
    }

    private static String[] words(String text) {
        return text.strip().split("\\s+");
    }

    private static String[] lines(String text) {
        return text.strip().split("[;\\n]");
    }
}
