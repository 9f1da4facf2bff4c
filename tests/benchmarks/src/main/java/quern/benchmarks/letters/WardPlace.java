package quern.benchmarks.letters;

import java.util.Map;
import java.util.Random;

/**
 * An address.
 *
 * @param mailing the street, or a box at the post office
 * @param region state, county or province, may be empty; a state or province alone identifies nobody
 * @param last the line with town and code
 */
record WardPlace(String street, String mailing, String town, String region, String code, String last) {

    private static final Map<String, String[]> PLACES = WardText.lists("ward-places.txt");
    private static final String[] HOUSES = {"Rose Cottage", "The Old Forge", "Wayside", "Glebe House", "Hillcrest",
        "Tamarisk", "Ivy Bank", "Brae Farm"};

    static WardPlace make(WardLand land, Random random) {
        String[] town = WardDigits.pick(random, PLACES.get(land.key() + " towns")).split("\\|", -1);
        String road = WardDigits.pick(random, PLACES.get(land.key() + " streets"));
        int house = 1 + random.nextInt(random.nextBoolean() ? 40 : 240);
        String street = land == WardLand.DE ? german(road, house, random) : street(land, road, house, random);
        String mailing = random.nextInt(3) > 0 ? street : box(land, random);
        return switch (land) {
            case US -> {
                String code = WardDigits.form(random, town[2] + "##" + (random.nextInt(5) == 0 ? "-####" : ""));
                yield new WardPlace(street, mailing, town[0], town[1], code, town[0] + ", " + town[1] + " " + code);
            }
            case UK -> {
                String code = WardDigits.form(random, town[2] + " %@@");
                String county = town[1].isEmpty() || random.nextBoolean() ? " " : ", " + town[1] + " ";
                yield new WardPlace(street, mailing, town[0], town[1], code, town[0] + county + code);
            }
            case IE -> {
                String code = WardDigits.form(random, town[2] + " @#@#");
                yield new WardPlace(street, mailing, town[0], town[1], code, town[0] + ", " + town[1] + ", " + code);
            }
            case AU -> new WardPlace(street, mailing, town[0], town[1], town[2],
                    town[0] + " " + town[1] + " " + town[2]);
            case CA -> {
                String code = WardDigits.form(random, town[2] + " #@#");
                yield new WardPlace(street, mailing, town[0], town[1], code, town[0] + ", " + town[1] + " " + code);
            }
            case DE -> {
                String prefix = random.nextInt(12) == 0 ? "D-" : "";
                yield new WardPlace(street, mailing, town[0], "", town[1], prefix + town[1] + " " + town[0]);
            }
        };
    }

    private static String street(WardLand land, String road, int house, Random random) {
        int form = random.nextInt(10);
        if (land == WardLand.US) {
            int number = house * (1 + random.nextInt(60)) + 3;
            return switch (form) {
                case 1 -> number + " " + road + ", Apt " + WardDigits.any(random, "%", "%#", "%@");
                case 2 -> number + " " + road + " #" + WardDigits.any(random, "%##", "%");
                case 3 -> number + " " + road + ", Unit " + WardDigits.any(random, "%", "%#@");
                default -> number + " " + road;
            };
        }
        if (land == WardLand.CA) {
            int number = house * (1 + random.nextInt(40)) + 7;
            return form < 3 ? WardDigits.form(random, "%##-") + number + " " + road : number + " " + road;
        }
        if (land == WardLand.AU) {
            return switch (form) {
                case 0 -> WardDigits.form(random, "Unit %/") + house + " " + road;
                case 1, 2 -> WardDigits.form(random, "%/") + house + " " + road;
                default -> house + " " + road;
            };
        }
        return switch (form) {
            case 0 -> WardDigits.form(random, "Flat %, ") + house + " " + road;
            case 1 -> WardDigits.pick(random, HOUSES) + ", " + road;
            case 2 -> house + WardDigits.pick(random, "a", "b", "A") + " " + road;
            default -> house + " " + road;
        };
    }

    private static String box(WardLand land, Random random) {
        return switch (land) {
            case US -> WardDigits.any(random, "P.O. Box %##", "PO Box %####", "PO BOX %#####");
            case UK, IE, AU, CA -> WardDigits.any(random, "PO Box %##", "P.O. Box %###");
            case DE -> WardDigits.any(random, "Postfach %# ## ##", "Postfach %###");
        };
    }

    private static String german(String road, int house, Random random) {
        return switch (random.nextInt(12)) {
            case 1 -> road + " " + house + WardDigits.pick(random, "a", "b", " c");
            case 2 -> road + " " + house + "-" + (house + 2);
            default -> road + " " + house;
        };
    }

    /** What a slot of this name writes, or null for a name that is no part of an address. */
    StyleSet.Slot part(String name) {
        return switch (name) {
            case "address" -> new StyleSet.Slot("address", street + ", " + last);
            case "street" -> new StyleSet.Slot("address", street);
            case "mailing" -> new StyleSet.Slot("address", mailing);
            case "place" -> new StyleSet.Slot("address", last);
            case "town" -> new StyleSet.Slot("address", town);
            case "postcode" -> new StyleSet.Slot("address", code);
            case "state" -> new StyleSet.Slot(null, region);
            default -> null;
        };
    }
}
