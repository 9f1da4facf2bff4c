package quern.curation.deident;

import java.util.regex.Pattern;

/** How streets, houses and flats are written in English, each over a bounded stretch of one address. */
final class StreetForms {

    /** Between two words of an address: spaces or one line end. */
    private static final String S = "(?:[ \\t\u00A0]{1,3}|[ \\t]?\\r?\\n)";
    private static final String WORD = "(?:\\p{Lu}[\\p{L}.'\u2019-]{0,20}|\\d{1,3}(?:st|nd|rd|th)|\\p{Lu}{1,3}\\.?)";
    private static final String ANY_WORD = "(?:\\p{L}[\\p{L}.'\u2019-]{0,20}|\\d{1,3}(?:st|nd|rd|th))";
    private static final String UNIT = "(?:,?\\s{1,2}(?:apt|apartment|suite|ste|unit|floor|fl|room|rm|bldg|"
            + "lot)\\b\\.?\\s?#?\\s?"
            + "[\\p{L}\\d]{1,5}(?:-[\\p{L}\\d]{1,4})?|,?\\s{0,2}#\\s?[\\p{L}\\d]{1,5}|,\\sno\\.\\s?\\d{1,4})?";
    static final String SURE_WAY = "street|avenue|ave|road|rd|boulevard|blvd|lane|drive|dr|terrace|"
            + "terr|parkway|pkwy|"
            + "highway|hwy|turnpike|crescent|st|ln";
    private static final String WAY = SURE_WAY
            + "|court|ct|place|pl|circle|cir|way|square|sq|trail|trl|alley|loop|row|run|"
            + "plaza|path|pike|walk|close|gardens|mews|grove|hill|park|ridge|view|point|heights|crossing|broadway";
    /** The number of a house: {@code 12}, {@code 12a}, {@code 12-R}, {@code W1740}. */
    private static final String HOUSE = "(?:[NSEW]{1,2})?\\d{1,6}(?:-?[A-Za-z](?![A-Za-z\\d]))?"
            + "(?:[-/]\\d{1,4})?,?";
    /** Behind the way: its own number or letter, a direction, a flat, said so or before a mark. */
    private static final String TAIL = "(?:(?<=(?i:road|rd|highway|hwy|route|avenue|ave))\\s(?:\\d{1,4}|[A-Z])\\b)?"
            + "(?:\\s(?:[NSEW]{1,2}|North|South|East|West)\\b)?"
            + "(?:\\s\\d{1,5}(?=[ \\t]{0,2}(?:[,/\\n]|\\s\\s)))?";
    static final Pattern STREET = Pattern.compile(HOUSE + S + "(?:(?:" + WORD + S
            + "){1,5}?(?i:" + WAY + ")|(?i:broadway))\\b(?:" + S + "(?i:" + WAY + ")\\b)?\\.?" + TAIL
            + "(?i:" + UNIT + ")");
    /** A number before a street that begins with its kind, in the Spanish, Welsh or French of another land. */
    static final Pattern FOREIGN = Pattern.compile("(?:" + HOUSE + "\\s(?:Calle|Avenida|Camino|Paseo|Via|V\u00EDa|"
            + "Heol|Ffordd|Stryd|L\u00F4n|Rhodfa|Maes|Clos|Cwrt|Rue|The|Rural Route|State Route|Route|Highway)"
            + "(?:\\s(?:de|del|la|las|los|el|y|yr)){0,2}\\s(?:\\p{Lu}[\\p{L}'\u2019-]{1,20}|\\d{1,4})|"
            + HOUSE + "\\sAvenue\\s(?:[A-Z]|of\\sthe\\s\\p{Lu}\\p{L}{1,20})"
            + ")(?:\\s\\p{Lu}[\\p{L}'\u2019-]{1,20})?(?=[\\s,.;)/]|$)" + TAIL + "(?i:" + UNIT + ")");
    /** {@code 14 Kirkgate}: streets of one word in the north of England and in Scotland. */
    static final Pattern GATE = Pattern.compile("\\d{1,3}[a-z]?\\s\\p{Lu}\\p{Ll}{2,14}(?:gate|wynd|side)"
            + "(?=[,.;)\\n])");
    /** A box on a route in the country. */
    static final Pattern ROUTE = Pattern.compile("(?:rr|r\\.\\s?r\\.?|rural route|hc|hcr|star route|route"
            + "|rt\\.?)"
            + "\\s?#?\\d{1,4},?\\s{1,2}box\\s?#?\\d{1,5}[a-z]?\\b", Pattern.CASE_INSENSITIVE);
    /** A street without a number, or the name of a house before it. */
    static final Pattern BARE_STREET = Pattern.compile("(?:\\p{Lu}[\\p{L}'\u2019-]{1,20} ){1,3}(?:Road"
            + "|Street|Lane"
            + "|Avenue|Drive|Crescent|Terrace|Close|Gardens|Mews|Grove|View|Row|Green|Hill|Walk|Parade|Square|Way)"
            + "(?=[,.;)]|[ \\t]{0,2}\\n)");
    /** {@code Flat 18 Bevan Court, High Street}. */
    static final Pattern FLAT_IN = Pattern.compile("(?:Flat|Apartment|Unit|Room)\\s\\w{1,4},?\\s(?:\\p{Lu}"
            + "[\\p{L}'\u2019-]{1,20}\\s){1,3}?(?:Court|House|Lodge|Hall|Mansions|Buildings|Towers?|Point|Heights|"
            + "Gardens|Place|View|Wharf|Mill)\\b(?:,\\s(?:\\d{1,4}[a-z]?\\s)?"
            + "(?:\\p{Lu}[\\p{L}'\u2019-]{1,20}\\s?){1,3}"
            + "(?=[,.;\\n]))?", Pattern.CASE_INSENSITIVE);
    static final Pattern FLAT = Pattern.compile("(?:flat|unit|apartment|apt\\.?|suite)\\s\\w{1,4},\\s",
            Pattern.CASE_INSENSITIVE);
    static final Pattern LOWER_STREET = Pattern.compile(HOUSE + S + "(?:"
            + ANY_WORD
            + S + "){1,4}?((?:" + WAY + ")\\b(?:" + S + "(?:" + SURE_WAY + ")\\b)?)\\.?" + TAIL + UNIT);

    private StreetForms() {}
}
