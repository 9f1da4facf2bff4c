package quern.benchmarks.letters;

import java.util.HashMap;
import java.util.Map;

/** Where people live: {@code addr}, {@code street}, {@code city} and so on, of one place for one ending digit. */
final class CarePlaces {

    private record Place(String street, String more, String city, String state, String code) {}

    private static final String STREETS = "Elm,Larkspur,Old Mill,Cottonwood,Juniper Ridge,Harcourt,Quail Hollow,"
            + "Prospect,"
            + "Saint Anne,Wheelwright,Tannery,Marlowe,Beacon Hill,Sycamore,Ferncliff,Kestrel,Chandlers,Gallows Hill,"
            + "Holly,Vicarage,Priory,Penrose,Ashgrove,Windmill,Brookfield,Lower Quay,Station,Martin Luther King Jr.,"
            + "Rosewood,Copperfield,Dunmore,Tamarack,Pinecrest,Magnolia,Blue Heron,Stonebridge";
    private static final String[] US_KINDS = {"St", "Street", "Ave", "Avenue", "Rd", "Road", "Dr", "Drive", "Ln",
            "Lane", "Blvd", "Court", "Ct.", "Way", "Pl", "Terrace", "Pkwy", "Circle", "St."};
    private static final String[] UK_KINDS = {"Road", "Street", "Lane", "Avenue", "Close", "Crescent", "Gardens",
        "Terrace", "Way", "Drive", "Grove", "Rd", "Mews", "Walk"};
    private static final String[] US_CITIES = {"Dayton|OH|454", "Spokane|WA|992", "Chattanooga|TN|374", "Duluth|MN|558",
        "Las Cruces|NM|880", "Bangor|ME|044", "Eau Claire|WI|547", "St. Joseph|MO|645", "Fort Collins|CO|805",
        "Yonkers|NY|107", "Tuscaloosa|AL|354", "Winston-Salem|NC|271", "Chula Vista|CA|919", "Sugar Land|TX|774",
        "Coeur d'Alene|ID|838", "Baton Rouge|LA|708", "Cape May|NJ|082", "Honolulu|HI|968", "Rapid City|SD|577",
        "Hyannis|MA|026", "Ypsilanti|MI|481", "Port St. Lucie|FL|349"};
    private static final String[] UK_CITIES = {"Didsbury, Manchester|M20", "Harrogate|HG1", "Truro|TR1",
        "Kidderminster, Worcs|DY10", "Swansea|SA4", "Paisley|PA2", "London|SE14", "Norwich|NR3",
        "Lurgan, Co. Armagh|BT66", "Stoke-on-Trent|ST4", "Hove, East Sussex|BN3", "Leeds|LS8",
        "King's Lynn, Norfolk|PE30", "Kirkcaldy, Fife|KY2", "Bury St Edmunds|IP33", "London|W1T"};
    private static final String[][] OTHERS = {
        {"de", "Kastanienweg,Lindenstr.,Am Alten Bahnhof,Bergische Landstraße,Schulgasse,Goethestraße,Hinterm Deich,"
            + "Kirchplatz,Ostwall,Zum Mühlenteich,Bahnhofstr.,Alte Dorfstraße,Friedrich-Ebert-Allee,Rosenstr.",
            "48147|Münster,31134|Hildesheim,79098|Freiburg,D-24937|Flensburg,06108|Halle (Saale),90762|Fürth,"
            + "66111|Saarbrücken,18055|Rostock,D-53113|Bonn,52062|Aachen,87435|Kempten,61348|Bad Homburg v. d. H."},
        {"at", "Lerchenfelder Gürtel,Mühlgasse,Obere Augartenstraße,Linzer Straße",
            "1080|Wien,4020|Linz,A-8010|Graz,6020|Innsbruck,5020|Salzburg"},
        {"ch", "Seestrasse,Im Rebacker,Rue du Lac,Bahnhofstrasse", "8002|Zürich,3011|Bern,CH-4051|Basel,1201|Genève"},
        {"nl", "Prinsengracht,Oude Singel,Burgemeester de Vlugtlaan,Kerkstraat,Molenpad",
            "#### @@|Utrecht,#### @@|Leiden,####@@|'s-Hertogenbosch,#### @@|Den Haag,#### @@|Zwolle"},
        {"be", "Kerkstraat,Rue Haute,Stationslaan,Chaussée de Wavre", "9000|Gent,4000|Liège,B-2018|Antwerpen,"
                + "1050|Ixelles"},
        {"se", "Storgatan,Kungsholms Strand,Backavägen", "114 55|Stockholm,413 04|Göteborg,753 20|Uppsala"}};

    private final CareCase facts;
    private final Map<Character, Place> places = new HashMap<>();

    CarePlaces(CareCase facts) {
        this.facts = facts;
    }

    /** @param slot the name with its digit, if it has one: places with the same digit are the same */
    String write(String name, String slot) {
        char last = slot.charAt(slot.length() - 1);
        char key = Character.isDigit(last) ? last : '1';
        return switch (name) {
            case "addr" -> line(of(key), facts.pick(", ", ", ", ", ", facts.land.equals("us") ? " " : ", "));
            case "addrblock" -> line(of(key), "\n");
            case "addrdash" -> line(of(key), facts.pick(" - ", " / ", " · "));
            case "street" -> CareText.mark("address", of(key).street);
            case "streetmore" -> CareText.mark("address", of(key).street + of(key).more);
            case "city" -> CareText.mark("address", town(of(key)));
            case "zip" -> CareText.mark("address", of(key).code);
            case "state" -> of(key).state;
            case "cityzip" -> second(of(key), "");
            case "pobox" -> CareText.mark("address", facts.pick("P.O. Box ", "PO Box ", "P. O. Box ")
                    + facts.fill("^###"));
            default -> null;
        };
    }

    private Place of(char key) {
        return places.computeIfAbsent(key, absent -> make());
    }

    private static String town(Place place) {
        int comma = place.city.indexOf(',');
        return comma < 0 ? place.city : place.city.substring(0, comma);
    }

    private String line(Place place, String separator) {
        String more = place.more.isEmpty() ? "" : separator.equals("\n") ? "\n" + place.more.substring(2) : place.more;
        return second(place, place.street + more + separator);
    }

    /** American states stay between what identifies, as HIPAA lets them stand. */
    private String second(Place place, String before) {
        return switch (facts.land) {
            case "us" -> CareText.mark("address", before + place.city) + facts.pick(", ", ", ", " ") + place.state
                    + facts.pick(" ", " ", "  ") + CareText.mark("address", place.code);
            case "uk", "ie" -> {
                String gap = before.endsWith("\n") ? "\n" : facts.pick(", ", " ", ", ");
                yield CareText.mark("address", before + (gap.equals("\n") ? place.city.replace(", ", "\n") : place.city)
                        + gap + place.code);
            }
            default -> CareText.mark("address", before + place.code + " " + place.city);
        };
    }

    private Place make() {
        return switch (facts.land) {
            case "us" -> american();
            case "uk" -> british();
            case "ie" -> irish();
            case "fr" -> of(facts.between(1, 120) + facts.pick(" ", ", ", " bis ", " ") + facts.pick("rue des Tilleuls",
                    "avenue Jean Jaurès", "place du Marché", "boulevard de la Liberté", "chemin du Moulin",
                    "quai Voltaire"),
                    facts.pick("69003|Lyon", "35000|Rennes", "31400|Toulouse", "67000|Strasbourg",
                            "13100|Aix-en-Provence"));
            case "es" -> of(facts.pick("C/ ", "Calle ", "Avda. ", "Paseo de ") + facts.pick("Mayor", "Alcalá",
                    "la Rosa", "San Fermín") + ", " + facts.between(1, 90) + facts.pick("", ", 3º B", ", 1ºD"),
                    facts.pick("28013|Madrid", "41001|Sevilla", "48004|Bilbao", "08025|Barcelona"));
            case "it" -> of(facts.pick("Via Garibaldi ", "Corso Umberto I, ", "Piazza Dante ", "Viale dei Mille ")
                    + facts.between(1, 150), facts.pick("20121|Milano", "10122|Torino", "40126|Bologna",
                    "80134|Napoli"));
            case "pl" -> of("ul. " + facts.pick("Lipowa ", "Mickiewicza ", "Długa ", "3 Maja ") + facts.between(1, 90)
                    + facts.pick("", "/7", "/12", " m. 4"), facts.pick("00-316|Warszawa", "31-042|Kraków",
                    "80-831|Gdańsk"));
            default -> continental();
        };
    }

    private Place american() {
        String[] city = facts.pick(US_CITIES).split("\\|");
        String number = facts.fill(facts.pick("^##", "^###", "^####", "^#"));
        String compass = facts.pick("", "", "", "N. ", "SW ", "East ");
        String street = switch (facts.random.nextInt(12)) {
            case 0 -> facts.fill("RR ^, Box ^##");
            case 1 -> number + " County Road " + facts.fill("^##");
            case 2 -> number + facts.pick(" W. 14th St", " 3rd Avenue", " NE 82nd Ave.", " Hwy 41 South");
            default -> number + " " + compass + facts.pick(STREETS.split(",")) + " " + facts.pick(US_KINDS);
        };
        String more = facts.random.nextInt(4) == 0 ? facts.fill(facts.pick(", Apt ^@", ", Unit ^##", ", No. ^#",
                ", Apt. ^#", ", Ste ^00", ", Lot ^#")) : "";
        return new Place(street, more, city[0], city[1], city[2] + facts.fill(facts.pick("##", "##", "##-####")));
    }

    private Place british() {
        String[] city = facts.pick(UK_CITIES).split("\\|");
        String street = facts.pick(STREETS.split(",")) + " " + facts.pick(UK_KINDS);
        String house = switch (facts.random.nextInt(6)) {
            case 0 -> "Flat " + facts.between(1, 40) + ", " + facts.between(1, 200) + " ";
            case 1 -> facts.pick("Rose Cottage", "The Old Forge", "Trevanion", "Glebe House") + ", ";
            case 2 -> facts.between(1, 180) + facts.pick("a ", "B ");
            default -> facts.between(1, 240) + " ";
        };
        return new Place(house + street, "", city[0], "", city[1] + facts.pick(" ", " ", " ", "") + inward());
    }

    private Place irish() {
        String[] town = facts.pick("Dooradoyle, Co. Limerick|V94 ", "Rathmines, Dublin 6|D06 ", "Salthill, Galway|H91 ",
                "Ballincollig, Co. Cork|P31 ").split("\\|");
        String letters = "ACDEFHKNPRTVWXY";
        String code = town[1] + letters.charAt(facts.random.nextInt(15)) + facts.fill("#")
                + letters.charAt(facts.random.nextInt(15)) + facts.fill("#");
        String street = facts.between(1, 90) + " " + facts.pick(STREETS.split(",")) + facts.pick(" Court", " Road",
                " Park");
        return new Place(street, "", town[0], "", code);
    }

    private String inward() {
        String letters = "ABDEFGHJLNPQRSTUWXYZ";
        return facts.fill("#") + letters.charAt(facts.random.nextInt(20)) + letters.charAt(facts.random.nextInt(20));
    }

    private Place continental() {
        for (String[] other : OTHERS) {
            if (other[0].equals(facts.land)) {
                String street = facts.pick(other[1].split(","));
                String number = facts.between(1, 140) + facts.pick("", "", "", "a", " b");
                number = facts.land.equals("at") ? facts.between(1, 90) + "/" + facts.between(1, 30) : number;
                return of(street + " " + number, facts.fill(facts.pick(other[2].split(","))));
            }
        }
        throw new IllegalStateException("no places in " + facts.land);
    }

    /** @param town its code, a bar and its name */
    private static Place of(String street, String town) {
        String[] parts = town.split("\\|");
        return new Place(street, "", parts[1], "", parts[0]);
    }
}
