package quern.benchmarks.letters;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Random;
import quern.benchmarks.letters.IndependentPeople.Country;

/** Where the people of an independent letter live, and how they are reached. */
final class IndependentPlaces {

    private static final String[] US_STREETS = {"Elm", "Martin Luther King Jr", "Old Mill", "Sycamore", "County Line",
        "N 14th", "E. 82nd", "SW Barbur", "Rural Route", "Peachtree", "Cottonwood", "Chestnut Hill", "Via Verde",
        "W Division", "Saint Charles", "Lincoln", "Turkey Creek", "Bayou View"};
    private static final String[] US_SUFFIXES = {"Street", "St", "St.", "Ave", "Avenue", "Rd", "Road", "Blvd", "Ln",
        "Drive", "Dr.", "Ct", "Pkwy", "Way", "Terrace", "Place"};
    private static final String[] US_UNITS = {", Apt 4B", " Apt. 12", " #207", ", Unit 3", " Lot 18", ", Ste 500"};
    private static final String[] US_CITIES = {"Dayton|OH|454", "Baton Rouge|LA|708", "St. Paul|MN|551",
        "Winston-Salem|NC|271", "Las Cruces|NM|880", "Eau Claire|WI|547", "Chattanooga|TN|374", "Spokane|WA|992",
        "Coeur d'Alene|ID|838", "Worcester|MA|016", "Sioux Falls|SD|571", "Ft. Lauderdale|FL|333", "Tulsa|OK|741",
        "Santa Rosa|CA|954", "Macon|Georgia|312", "Yonkers|NY|107", "Flagstaff|Arizona|860", "Erie|Pa.|165"};
    private static final String[] UK_STREETS = {"Acacia Avenue", "Victoria Terrace", "Mill Lane", "The Crescent",
        "Station Road", "Llanberis Close", "Byres Road", "St Mary's Street", "Upper Parliament St", "Kingsway",
        "Gorse Hill Rd", "Back Lane"};
    private static final String[] UK_TOWNS = {"Leeds|LS", "Stockport|SK", "Cardiff|CF", "Kirkcaldy|KY", "Norwich|NR",
        "Milton Keynes|MK", "Bury St Edmunds|IP", "Stoke-on-Trent|ST", "Glasgow|G", "Hove|BN", "London|SE",
        "Berwick-upon-Tweed|TD"};
    private static final String[] DE_STREETS = {"Lindenstraße", "Goethestr.", "Am Alten Markt", "Hauptstr.",
        "Bgm.-Schmidt-Weg", "Im Wiesengrund", "Kaiser-Friedrich-Allee", "Bahnhofstraße", "An der Mühle", "Rosenweg",
        "Karl-Marx-Straße", "Auf dem Brink", "Ludwig-Erhard-Ring", "Schloßplatz", "Neue Gasse", "Zum Sportplatz",
        "Straße des 17. Juni", "Herrenhäuser Str."};
    private static final String[] DE_TOWNS = {"301|Hannover", "691|Heidelberg", "720|Tübingen", "330|Paderborn",
        "011|Dresden", "506|Köln", "803|München", "604|Frankfurt am Main", "790|Freiburg i. Br.", "261|Oldenburg",
        "106|Berlin", "974|Bad Mergentheim", "586|Lüdenscheid", "373|Göttingen", "067|Halle (Saale)", "237|Neumünster"};
    private static final String[] MAIL = {"gmail.com", "yahoo.com", "outlook.com", "comcast.net", "aol.com"};
    private static final String[] MAIL_UK = {"btinternet.com", "gmail.com", "hotmail.co.uk", "sky.com", "live.co.uk"};
    private static final String[] MAIL_DE = {"gmx.de", "web.de", "t-online.de", "posteo.de", "freenet.de", "gmx.net"};
    private static final String[] WORK = {"stbrendan-health.org", "ridgeviewmed.com", "mail.lakecountyhosp.org"};
    private static final String[] WORK_UK = {"nhs.net", "westhollow-trust.nhs.uk", "fenwickpractice.co.uk"};
    private static final String[] WORK_DE = {"klinikum-harzrand.de", "praxis-am-stadttor.de", "med.uni-weserbergen.de"};

    private IndependentPlaces() {}

    /** @return null for a slot that is no place and no way to reach somebody */
    static StyleSet.Slot write(String slot, IndependentPeople people, Random random) {
        return switch (slot) {
            case "street" -> address(street(people.country(), random));
            case "city" -> address(city(people.country(), random));
            case "town" -> address(town(people.country(), random));
            case "zip" -> address(zip(people.country(), random));
            case "address" -> address(street(people.country(), random)
                    + (random.nextInt(5) == 0 ? " " : ", ") + city(people.country(), random));
            case "phone" -> new StyleSet.Slot("phone", phone(people.country(), random));
            case "mobile" -> new StyleSet.Slot("phone", mobile(people.country(), random));
            case "fax" -> new StyleSet.Slot("fax", phone(people.country(), random));
            case "email" -> new StyleSet.Slot("email", email(people.patient().first(), people.patient().last(),
                    providers(people.country()), random));
            case "doctor_email" -> new StyleSet.Slot("email", email(people.patient().doctorFirst(),
                    people.patient().doctorLast(), employers(people.country()), random));
            case "clerk_email" -> new StyleSet.Slot("email", email(people.staff().first(), people.staff().last(),
                    employers(people.country()), random));
            case "handle" -> new StyleSet.Slot("other_id", handle(people, random));
            case "url" -> new StyleSet.Slot("url", portal(people.country(), random));
            case "page" -> new StyleSet.Slot("url", page(people, random));
            case "firm_url" -> new StyleSet.Slot("url", (random.nextBoolean() ? "www." : "https://")
                    + ascii(people.patient().doctorLast()) + "-law.com");
            case "ip" -> new StyleSet.Slot("ip", ip(random));
            case "ip_four" -> new StyleSet.Slot("ip", ipFour(random));
            default -> null;
        };
    }

    private static StyleSet.Slot address(String text) {
        return new StyleSet.Slot("address", text);
    }

    private static String street(Country country, Random random) {
        int number = 1 + random.nextInt(180);
        return switch (country) {
            case US -> random.nextInt(12) == 0 ? Persona.pick(new String[] {"P.O. Box ", "PO Box "}, random)
                    + (10 + random.nextInt(9000))
                    : (100 + random.nextInt(9800)) + " " + Persona.pick(US_STREETS, random) + " "
                            + Persona.pick(US_SUFFIXES, random)
                            + (random.nextInt(3) == 0 ? Persona.pick(US_UNITS, random) : "");
            case UK -> switch (random.nextInt(6)) {
                case 0 -> "Flat " + (1 + random.nextInt(30)) + ", " + number + " " + Persona.pick(UK_STREETS, random);
                case 1 -> "Rose Cottage, " + Persona.pick(UK_STREETS, random);
                default -> number + (random.nextInt(6) == 0 ? "a " : " ") + Persona.pick(UK_STREETS, random);
            };
            case DE -> Persona.pick(DE_STREETS, random) + " " + number
                    + Persona.pick(new String[] {"", "", "", "a", " b", "-" + (number + 2)}, random);
        };
    }

    private static String zip(Country country, Random random) {
        return switch (country) {
            case US -> Persona.pick(US_CITIES, random).split("\\|")[2] + fill("##", random);
            case UK -> postcode(Persona.pick(UK_TOWNS, random).split("\\|")[1], random);
            case DE -> Persona.pick(DE_TOWNS, random).split("\\|")[0] + fill("##", random);
        };
    }

    private static String postcode(String area, Random random) {
        String inward = fill("#", random) + Persona.pick("AB DE HJ LN NP QR TU WX YZ EH".split(" "), random);
        return area + (1 + random.nextInt(18)) + (random.nextInt(8) == 0 ? "" : " ") + inward;
    }

    private static String town(Country country, Random random) {
        return switch (country) {
            case US -> Persona.pick(US_CITIES, random).split("\\|")[0];
            case UK -> Persona.pick(UK_TOWNS, random).split("\\|")[0];
            case DE -> Persona.pick(DE_TOWNS, random).split("\\|")[1];
        };
    }

    private static String city(Country country, Random random) {
        switch (country) {
            case US -> {
                String[] parts = Persona.pick(US_CITIES, random).split("\\|");
                String zip = parts[2] + fill(random.nextInt(5) == 0 ? "##-####" : "##", random);
                return parts[0] + (random.nextInt(6) == 0 ? " " : ", ") + parts[1] + " " + zip;
            }
            case UK -> {
                String[] parts = Persona.pick(UK_TOWNS, random).split("\\|");
                return parts[0] + (random.nextBoolean() ? " " : ", ") + postcode(parts[1], random);
            }
            default -> {
                String[] parts = Persona.pick(DE_TOWNS, random).split("\\|");
                return (random.nextInt(6) == 0 ? "D-" : "") + parts[0] + fill("##", random) + " " + parts[1];
            }
        }
    }

    private static String phone(Country country, Random random) {
        String exchange = (2 + random.nextInt(8)) + "#";
        String area = Persona.pick(country.areaCodes, random);
        String forms = switch (country) {
            case US -> "(A) 2##-####|A-2##-####|A.2##.####|+1 A 2## ####|1-A-2##-####|A2######|(A)2##-####|A 2## ####"
                    + "|A/2##-####|+1 (A) 2##-####|A-2##-#### ext. ##2|A-2##-####|(A) 2##-####|+1A2######";
            case UK -> area.length() == 2
                    ? "0A 7### ####|(0A) 7### ####|+44 A 7### ####|+44 (0)A 7### ####|0A7#######|0044 A 7### ####"
                    : "0A 4## ####|(0A) 4## ####|+44 A 4## ####|+44 (0)A 4## ####|0A-4##-####|0A4######|0A 4######";
            case DE -> "0A / 2## ##-##|0A/2#####|(0A) 2######|+49 A 2######|0A 2##-###|0A-2######|+49 (0)A 2###-###"
                    + "|0049 A 2#####|0A 2## ## ##|+49 (A) 2##-##0|0A/2###-0";
        };
        return fill(Persona.pick(forms.split("\\|"), random).replace("A", area).replace("2#", exchange), random);
    }

    private static String mobile(Country country, Random random) {
        String forms = switch (country) {
            case US -> "";
            case UK -> "07### ######|07#########|+44 7### ######|07### ### ###|+447#########|07###-######";
            case DE -> "017# 2######|017#/2#####|0151-#######|+49 17# 2######|0049 160 2######|01511 2#####|017#2#####";
        };
        return forms.isEmpty() ? phone(country, random) : fill(Persona.pick(forms.split("\\|"), random), random);
    }

    private static String email(String first, String last, String[] domains, Random random) {
        String given = ascii(first);
        String family = ascii(last);
        String domain = Persona.pick(domains, random);
        return switch (random.nextInt(10)) {
            case 0 -> given.charAt(0) + family + fill("##", random) + "@" + domain;
            case 1 -> family + "." + given + "@" + domain;
            case 2 -> given + "_" + family + "@" + domain;
            case 3 -> IndependentPeople.upper(given + "." + family + "@" + domain);
            case 4 -> given + "." + family + (domain.length() < 15 ? "+clinic@" : "2@") + domain;
            case 5 -> given.charAt(0) + "-" + family + "@" + domain;
            case 6 -> random.nextBoolean() ? given + "." + family + " (at) " + domain : given + fill("19##", random)
                    + "@" + domain;
            default -> given + "." + family + "@" + domain;
        };
    }

    private static String handle(IndependentPeople people, Random random) {
        String given = ascii(people.patient().first());
        String family = ascii(people.patient().last());
        return Persona.pick(new String[] {"@" + given + family + fill("##", random), "@" + given + "_" + family,
            "@the.real." + given, "@" + family + fill("19##", random), "@" + given.charAt(0) + family}, random);
    }

    private static String page(IndependentPeople people, Random random) {
        String given = ascii(people.patient().first());
        String family = ascii(people.patient().last());
        return fill(Persona.pick(new String[] {
            "https://www.facebook.com/" + given + "." + family + "##",
            "www.gofundme.com/f/help-" + given + "-" + family,
            "linkedin.com/in/" + given + "-" + family + "-~~~~~#",
            "https://instagram.com/" + given + "_" + family,
            "caringbridge.org/visit/" + given + family,
            "http://" + family + "-family.net/blog/?p=##",
            "www." + family + "-family.net"}, random), random);
    }

    private static String portal(Country country, Random random) {
        String site = switch (country) {
            case US -> "my.ridgeviewmed.com";
            case UK -> "records.westhollow-trust.nhs.uk";
            case DE -> "portal.klinikum-harzrand.de";
        };
        return fill(Persona.pick(new String[] {"http://" + site + "/p/######", site + "/r/~~~~~~~~",
            "https://" + site + "/share?doc=########&t=~~~~~~", "www." + site + "/visit.aspx?id=2#####",
            "https://" + site + "/results/#####2#.pdf", "https://" + site + ":8443/s/@#@@#~~",
            "HTTPS://" + site.toUpperCase(Locale.ROOT) + "/R/@@##@#"}, random).replace("&t=", "\u0001"), random)
                .replace("\u0001", "&t=");
    }

    private static String[] providers(Country country) {
        return country == Country.US ? MAIL : country == Country.UK ? MAIL_UK : MAIL_DE;
    }

    private static String[] employers(Country country) {
        return country == Country.US ? WORK : country == Country.UK ? WORK_UK : WORK_DE;
    }

    private static String ascii(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
                .replace("ß", "ss").replace("ı", "i").replace("ł", "l");
        return Normalizer.normalize(plain, Normalizer.Form.NFD).replaceAll("[^a-z]", "");
    }

    private static String ipFour(Random random) {
        return form("10.|192.168.|172.16.|84.|203.0.", random)
                .replaceAll("^(\\d+\\.)$", "$1" + random.nextInt(256) + ".")
                .replaceAll("$", random.nextInt(256) + "." + (1 + random.nextInt(254)));
    }

    private static String ip(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> form("2001:db8:~~~~:~~~~:~~~~:~~~~:~~~~:~~~~|2003:00e~:~~~~:~~00:~~~~:~~~~:~~~~:~~~~", random);
            case 1 -> form("2a02:8~~:~~~~::~~|2001:db8::~~~~:~~~~|2600:1700:4~~~:~~~~::1~", random);
            case 2 -> form("fe80::1c2b:~~~~:~~~~:~~~~|FE80::1C2B:####:####", random);
            case 3 -> "::ffff:" + ipFour(random);
            default -> ipFour(random);
        };
    }

    static String form(String forms, Random random) {
        return fill(Persona.pick(forms.split("\\|"), random), random);
    }

    /** {@code #} a digit, {@code @} a capital, {@code &} either, {@code ~} a hexadecimal digit. */
    static String fill(String form, Random random) {
        StringBuilder text = new StringBuilder();
        for (char c : form.toCharArray()) {
            text.append(switch (c) {
                case '#' -> (char) ('0' + random.nextInt(10));
                case '@' -> "ABCDEFGHJKLMNPQRSTUVWXYZ".charAt(random.nextInt(24));
                case '&' -> "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789".charAt(random.nextInt(34));
                case '~' -> "0123456789abcdef".charAt(random.nextInt(16));
                default -> c;
            });
        }
        return text.toString();
    }
}
