package quern.benchmarks.letters;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Random;

/** The people of one independent letter, and the ways in which their names are written. */
record IndependentPeople(Country country, boolean female, Persona patient, Persona staff, String middle,
        String kinWoman, String kinMan, String maiden) {

    /** Where a letter was written. */
    enum Country {
        US("""
                Mary, Patricia, Linda, Deborah, Keisha, Guadalupe, Mei-Ling, Hannah, Siobhan, Tamika, Rosa, Joy, Grace,
                Olivia, Thuy, Priya, Eun-ji, Dolores, Kaitlyn, Mary Ann, Latoya, Svetlana, Amber, Faith, Ruth, Fatima,
                Ebony, Heather, Ingrid, Marisol, Nevaeh, Beverly, Carol, Anne-Marie, Bernadette, Destiny, Yolanda""",
                """
                James, Robert, William, Darnell, José, Luis, Hiroshi, Wei, Tyrone, Ahmed, Mark, Chase, Grant, Omar,
                Billy Joe, Dmitri, Rajesh, Juan Carlos, Elijah, Kwame, Brandon, Duane, Earl, Leroy, Nathaniel, Bao,
                Jean-Luc, Stanley, Franklin, Hunter, Miguel, Chukwuemeka, Pat, Will, Drew, Ulysses, Jerome, Tadeusz""",
                """
                Smith, Johnson, Williams, Brown, Garcia, Martinez, O'Neill, O'Connor, Nguyen, Tran, Kowalczyk, Patel,
                van der Berg, García Márquez, de la Cruz, Washington, Jefferson, Yazzie, Begaye, Kim, Park, Lee, Chen,
                Schwartz, Goldberg, Rossi, D'Angelo, McAllister, MacDonald, St. John, St. Clair, Long, Young, Price,
                Baker, Banks, Day, Flowers, Rivers, Hernandez-Lopez, Smith-Jones, Okonkwo, Adeyemi, Hussein, Al-Farsi,
                Abdul-Rahman, Lindqvist, Haugen, Papadopoulos, Krishnamurthy, Singh, Fontenot, LeBlanc, Thibodeaux,
                Wojciechowski, Novak, Petrov, Yamamoto, Vang, Xiong, Delgado Ruiz, Whitfield, Hargrove, Pruitt, Tuttle,
                Vandenberg, Dela Rosa, Santos, Pereira da Silva, Ramirez, Castillo, Weatherspoon, Blackwood, Kaplan""",
                "937-225-651-336-575-715-423-509-208-508-605-954-918-707-478-914-928-814"),
        UK("""
                Margaret, Doreen, Sian, Niamh, Ayesha, Gemma, Poppy, Florence, Agnieszka, Catriona, Pauline, Blessing,
                Maureen, Shanice, Harpreet, Eilidh, Joan, Philippa, Rhiannon, Zainab, Beryl, Imogen, Lesley-Anne""",
                """
                Alan, Gareth, Hamish, Mohammed, Nigel, Rhys, Callum, Trevor, Kwabena, Sanjay, Piotr, Desmond, Angus,
                Barry, Iain, Tariq, Clive, Alfie, Seamus, Winston, Gurdeep, Giles, Ken, Llewellyn""",
                """
                Jones, Davies, Evans, Taylor, Wright, Khan, Begum, Ahmed, Hussain, O'Brien, O'Shea, MacLeod, McKenzie,
                Campbell-Ross, Ashworth, Higginbottom, Featherstonehaugh, ap Rhys, Singh Gill, Kaur, Oyelaran, Mensah,
                Nowak, Wiśniewska, Popescu, Bright, Green, Field, Cross, Marsh, Thwaite, Entwistle, Pritchard, Llewelyn,
                Fitzgerald, Patel, Chaudhry, St John-Smythe, Osei, Drummond, Sinclair, Blenkinsop, de Souza""",
                "20-161-121-131-29-113-117-151"),
        DE("""
                Anneliese, Gisela, Hildegard, Ursula, Ayşe, Fatma, Katarzyna, Lieselotte, Svenja, Heike, Petra, Chiara,
                Leonie, Mandy, Elfriede, Änne, Frauke, Olga, Ngoc Anh, Marie-Luise, Anna-Lena, Zeynep, Käthe, Edeltraud,
                Ines, Brigitte, Wilhelmine, Gönül, Rosa-Maria, Traudl""",
                """
                Hans-Peter, Karl-Heinz, Jürgen, Uwe, Mehmet, Mustafa, Günther, Wolfgang, Sven, Torben, Kevin, Dariusz,
                Björn, Detlef, Friedrich, Aleksandr, Ömer, Jörg, Klaus-Dieter, Maximilian, Tim, Luca, Horst, Ali, Götz,
                Ekkehard, Hartmut, Ivan, Giuseppe, Bernd""",
                """
                Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Maier, Wagner, Yılmaz, Yilmaz, Kaya, Özdemir, Şahin,
                Kowalski, Nowak, Wójcik, von der Heide, von Bülow, van Laak, Freiherr von Stetten, Klein, Groß,
                Lang, Sommer, Winter, Koch, Bauer, Richter, Vogt, Kaiser, König, Schön, Braun, Weiß, Nguyen, Tran,
                Müller-Westernhagen, Meier-Lüdtke, Kessler-Brandt, Schulze Osthoff, Große-Bley, Hövelmann, Grabowski,
                Jović, Ivanova, Hoffmann, Krüger, Lehmann, Zimmermann, Jansen, Petersen, Brüggemann, Dieckhoff, Oßwald,
                Ehrenfried, Wiedekamp, Rotenhan, Di Lorenzo, Papadakis, Stadelmaier, Hagenkötter, Äppler, Thoms""",
                "511-30-40-89-221-69-6221-7071-5251-351-341-921");

        final String[] women;
        final String[] men;
        final String[] lasts;
        final String[] areaCodes;

        Country(String women, String men, String lasts, String areaCodes) {
            this.women = women.split("\\s*,\\s*");
            this.men = men.split("\\s*,\\s*");
            this.lasts = lasts.split("\\s*,\\s*");
            this.areaCodes = areaCodes.split("-");
        }

        String anyFirst(Random random) {
            return Persona.pick(random.nextBoolean() ? women : men, random);
        }
    }

    /** @param ages old: above 89, young: at school, mid: at work; anything else: an adult of any age up to 89 */
    static IndependentPeople draw(Country country, boolean female, String ages, Random random) {
        Persona made = Persona.make(female ? country.women : country.men, country.lasts, random,
                country == Country.DE);
        LocalDate years = made.visit().minusDays(random.nextInt(350));
        LocalDate birth = switch (ages) {
            case "old" -> years.minusYears(90 + random.nextInt(14));
            case "young" -> years.minusYears(6 + random.nextInt(11));
            case "mid" -> years.minusYears(20 + random.nextInt(44));
            default -> made.birth();
        };
        Persona patient = new Persona(made.first(), made.last(), country.anyFirst(random), made.doctorLast(),
                country.anyFirst(random), birth, made.visit(), made.german());
        Persona staff = Persona.make(random.nextBoolean() ? country.women : country.men, country.lasts, random,
                country == Country.DE);
        return new IndependentPeople(country, female, patient, staff,
                Persona.pick(female ? country.women : country.men, random), Persona.pick(country.women, random),
                Persona.pick(country.men, random), Persona.pick(country.lasts, random));
    }

    int age() {
        return (int) ChronoUnit.YEARS.between(patient.birth(), patient.visit());
    }

    /** @return null for a slot that is no name */
    String name(String slot, Random random) {
        String first = patient.first();
        String last = patient.last();
        return switch (slot) {
            case "patient" -> full(first, last, random);
            case "patient_file" -> filed(first, last, random);
            case "patient_caps" -> upper(random.nextBoolean() ? first + " " + last : last + ", " + first);
            case "last" -> last;
            case "last_caps" -> upper(last);
            case "first" -> first;
            case "initials" -> initials(first, last, random);
            case "maiden" -> maiden;
            case "doctor" -> signed(patient.doctorFirst(), patient.doctorLast(), random);
            case "doctor_last" -> patient.doctorLast();
            case "doctor_file" -> filed(patient.doctorFirst(), patient.doctorLast(), random);
            case "doctor_initials" -> initials(patient.doctorFirst(), patient.doctorLast(), random);
            case "second" -> signed(staff.doctorFirst(), staff.doctorLast(), random);
            case "second_last" -> staff.doctorLast();
            case "second_file" -> filed(staff.doctorFirst(), staff.doctorLast(), random);
            case "clerk" -> staff.first() + " " + staff.last();
            case "clerk_file" -> filed(staff.first(), staff.last(), random);
            case "clerk_first" -> staff.first();
            case "clerk_last" -> staff.last();
            case "clerk_short" -> staff.first() + " " + staff.last().charAt(0) + ".";
            case "nurse" -> staff.relativeFirst();
            case "wife" -> kin(kinWoman, random);
            case "wife_first" -> kinWoman;
            case "husband" -> kin(kinMan, random);
            case "husband_first" -> kinMan;
            case "woman" -> Persona.pick(country.women, random) + " " + last;
            case "woman_first" -> Persona.pick(country.women, random);
            case "man" -> Persona.pick(country.men, random) + " " + last;
            case "man_first" -> Persona.pick(country.men, random);
            case "stranger_f" -> Persona.pick(country.women, random) + " " + Persona.pick(country.lasts, random);
            case "stranger_m" -> Persona.pick(country.men, random) + " " + Persona.pick(country.lasts, random);
            default -> null;
        };
    }

    private String kin(String first, Random random) {
        return first + " " + (random.nextInt(4) == 0 ? maiden : patient.last());
    }

    private String full(String first, String last, Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> country == Country.DE ? first + " " + last : first + " " + middle.charAt(0) + ". " + last;
            case 1 -> first + " " + (middle.equals(first) ? "" : middle + " ") + last;
            case 2 -> country == Country.DE ? first + " " + last : first + " " + middle.charAt(0) + " " + last;
            default -> first + " " + last;
        };
    }

    private String filed(String first, String last, Random random) {
        return switch (random.nextInt(7)) {
            case 0, 1 -> last + ", " + first;
            case 2 -> last + ", " + first + " " + middle.charAt(0) + (country == Country.DE ? "." : "");
            case 3 -> upper(last) + ", " + upper(first);
            case 4 -> upper(last) + ", " + first;
            case 5 -> upper(last + ", " + first + " " + middle.charAt(0));
            default -> first + " " + last;
        };
    }

    private static String signed(String first, String last, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> first.charAt(0) + ". " + last;
            case 1 -> first.charAt(0) + "." + (char) ('A' + random.nextInt(20)) + ". " + last;
            default -> first + " " + last;
        };
    }

    private static String initials(String first, String last, Random random) {
        char given = first.charAt(0);
        char family = Character.toUpperCase(last.charAt(0));
        return switch (random.nextInt(3)) {
            case 0 -> "" + given + family;
            case 1 -> given + ". " + family;
            default -> given + "." + family;
        };
    }

    /** Letter by letter, so that the sharp s keeps its place. */
    static String upper(String name) {
        return name.replace("ß", "ẞ").toUpperCase(Locale.ROOT).replace("ẞ", "SS");
    }
}
