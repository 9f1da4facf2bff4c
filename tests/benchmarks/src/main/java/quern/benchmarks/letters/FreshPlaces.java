package quern.benchmarks.letters;

import java.util.Random;

/** Where people live: streets, towns, postal codes; alone, on two lines and on one. */
final class FreshPlaces {

    private static final String[] US_STREETS = {"Larkspur Ct", "Old Mill Rd", "N 14th Street", "Maple Ave",
            "Tamarack Dr",
            "County Road 118", "E. Juniper Blvd", "Pine Hollow Lane", "W 3rd St", "Sycamore Terrace",
            "Highway 61 South",
            "Prairie View Pkwy", "Calle del Sol", "Quail Run", "Main Street", "Martin Luther King Jr Blvd", "Elm",
            "Lake Shore Dr", "St. Charles Ave", "Dogwood Cir", "Kickapoo Trl", "Avenue J", "SE Division St",
            "Broadway"};
    private static final String[][] US_TOWNS = {{"Dayton", "OH", "454"}, {"Eau Claire", "WI", "547"},
            {"Las Cruces", "NM", "880"}, {"Winston-Salem", "NC", "271"}, {"Coeur d'Alene", "ID", "838"},
            {"Bowling Green", "KY", "421"}, {"Fall River", "MA", "027"}, {"St. Joseph", "MO", "645"},
            {"Yakima", "WA", "989"}, {"Terre Haute", "IN", "478"}, {"Lubbock", "TX", "794"}, {"Bangor", "ME", "044"},
            {"Chula Vista", "CA", "919"}, {"Schenectady", "NY", "123"}, {"Ocala", "FL", "344"}, {"Minot", "ND", "587"},
            {"Grand Junction", "CO", "815"}, {"Tupelo", "MS", "388"}, {"Bethlehem", "PA", "180"}, {"Mobile", "AL",
            "366"},
            {"Reading", "PA", "196"}, {"Olathe", "KS", "660"}, {"Truth or Consequences", "NM", "879"}};
    private static final String[] UK_STREETS = {"Larch Close", "Station Road", "Mill Lane", "Upper Bridge Street",
            "St Anne's Crescent", "The Green", "Victoria Terrace", "Kirkgate", "Heol y Bryn", "Queens Drive",
            "Back Lane",
            "Wellington Mews", "High Street", "Old Quay Row", "Park View", "Ashby Gardens"};
    private static final String[][] UK_TOWNS = {{"Harrogate", "HG1"}, {"Leeds", "LS6"}, {"Swansea", "SA2"},
            {"Ashton-under-Lyne", "OL6"}, {"Perth", "PH1"}, {"Kirkcaldy", "KY2"}, {"Bury St Edmunds", "IP33"},
            {"Wolverhampton", "WV3"}, {"Newcastle upon Tyne", "NE4"}, {"Truro", "TR1"}, {"Walthamstow", "E17"},
            {"Reading", "RG30"}, {"Stoke-on-Trent", "ST4"}, {"Llanelli", "SA15"}, {"Penge", "SE20"}, {"Oban", "PA34"}};
    private static final String[] DE_STREETS = {"Lindenstraße", "Lindenstr.", "Am Mühlbach", "Goethestr.",
            "Hauptstraße",
            "Hinter den Höfen", "Kirchgasse", "Karl-Liebknecht-Str.", "Alte Poststraße", "Zum Sportplatz", "Gartenweg",
            "Berliner Allee", "An der Schanze", "Weinbergsweg", "Ringstr.", "Bgm.-Schütte-Platz", "Im Tal", "Ostwall"};
    private static final String[][] DE_TOWNS = {{"Marburg", "350"}, {"Bad Hersfeld", "362"}, {"Görlitz", "028"},
            {"Mönchengladbach", "410"}, {"Weil am Rhein", "795"}, {"Aue", "082"}, {"Lüneburg", "213"}, {"Essen", "451"},
            {"St. Ingbert", "663"}, {"Villingen-Schwenningen", "780"}, {"Köln", "509"}, {"Freising", "853"},
            {"Rostock", "180"}, {"Bad Neustadt a. d. Saale", "976"}, {"Hagen", "580"}, {"Stade", "216"},
            {"Halle (Saale)", "061"}, {"Wangen im Allgäu", "882"}};

    private FreshPlaces() {}

    static StyleSet.Slot write(FreshAsk ask) {
        if (!ask.stem().equals("home")) {
            return null;
        }
        Random value = ask.value();
        String[] parts = switch (ask.land()) {
            case US -> american(ask, value);
            case UK -> british(ask, value);
            case DE -> german(ask, value);
        };
        return switch (ask.tail()) {
            case "street" -> FreshAsk.slot("address", parts[0]);
            case "city" -> FreshAsk.slot("address", parts[1]);
            case "code" -> FreshAsk.slot("address", parts[2]);
            case "place" -> FreshAsk.slot("address", parts[3]);
            case "" -> FreshAsk.slot("address", parts[0] + ", " + parts[3]);
            default -> null;
        };
    }

    /** Street, town, code, and the line of town and code. */
    private static String[] american(FreshAsk ask, Random value) {
        String[] town = Persona.pick(US_TOWNS, value);
        String street = Persona.pick(US_STREETS, value);
        String line = switch (value.nextInt(9)) {
            case 0 -> ask.fill("P.O. Box %###", value);
            case 1 -> ask.fill("%## " + street + ", Apt %@", value);
            case 2 -> ask.fill("%### " + street + " #%##", value);
            case 3 -> ask.fill("%#-@ " + street, value);
            case 4 -> ask.fill("RR % Box %##", value);
            case 5 -> ask.fill("W%### " + street, value);
            case 6 -> ask.fill("%### " + street + " Unit %#", value);
            default -> ask.fill("%### " + street, value);
        };
        String code = town[2] + ask.fill(value.nextInt(5) == 0 ? "##-%###" : "##", value);
        return new String[] {line, town[0], code, town[0] + ", " + town[1] + " " + code};
    }

    private static String[] british(FreshAsk ask, Random value) {
        String[] town = Persona.pick(UK_TOWNS, value);
        String street = Persona.pick(UK_STREETS, value);
        String line = switch (value.nextInt(7)) {
            case 0 -> ask.fill("Flat %, %# " + street, value);
            case 1 -> "The Old Forge, " + street;
            case 2 -> ask.fill("%#a " + street, value);
            case 3 -> "Rose Cottage, " + street;
            case 4 -> ask.fill("Flat %# Bevan Court, " + street, value);
            default -> ask.fill("%# " + street, value);
        };
        String code = town[1] + (value.nextInt(6) == 0 ? "" : " ") + ask.fill("%", value) + "ABDEFGHJLNPQRSTUWXYZ"
                .charAt(value.nextInt(20)) + "ABDEFGHJLNPQRSTUWXYZ".charAt(value.nextInt(20));
        return new String[] {line, town[0], code, town[0] + (value.nextBoolean() ? " " : ", ") + code};
    }

    private static String[] german(FreshAsk ask, Random value) {
        String[] town = Persona.pick(DE_TOWNS, value);
        String street = Persona.pick(DE_STREETS, value);
        String line = street + switch (value.nextInt(7)) {
            case 0 -> ask.fill(" %#a", value);
            case 1 -> ask.fill(" %-1%", value);
            case 2 -> ask.fill(" %# b", value);
            case 3 -> ask.fill(" 1%#", value);
            case 4 -> ask.fill(" %#/%", value);
            default -> ask.fill(" %#", value);
        };
        String code = town[1] + ask.fill("#%", value);
        String place = (value.nextInt(7) == 0 ? "D-" : "") + code + " " + town[0];
        return new String[] {line, town[0], code, place};
    }
}
