package quern.curation.deident;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Number plates: the forms of Germany (with a district that exists), France and Great Britain by themselves, those of
 * the United States, Austria, Switzerland and all others where a word near them says that it is about a vehicle.
 */
final class PlateFinder {

    private static final int REACH = 20;
    private static final int CUE_CHARS_MAX = 72;
    /** Districts of Germany. */
    private static final Set<String> DISTRICTS = Set.of("""
            A AA AB ABG AC AE AIC AK AM AN AP AS AUR AW AZ B BA BAD BAR BB BC BE BED BER BGL BI BIR BIT BL BLK
            BM BN BO BOR BOT BRA BRB BS BT B\u00DCS BZ C CB CE CHA CLP CO COC COE CUX CW D DA DAH DAN DAU DB DBR
            DD DE DEG DEL DGF DH DL DLG DM DN DO DON DU D\u00DCW E EA EB EBE ED EE EF EI EIC EL EM EMD EMS EN ER
            ERB ERH ES ESW EU F FB FD FDS FF FFB FG FL FN FO FR FRG FRI FS FT F\u00DC G GAP GC GE GER GF GG GI
            GL GM G\u00D6 GP GR GRZ GS GT GTH G\u00DC GZ H HA HAL HAM HAS HB HBN HD HDH HE HEF HEI HEL HER HF HG
            HGW HH HI HL HM HN HO HOL HOM HP HR HRO HS HSK HST HU HVL HWI HX HZ IGB IK IL IN IZ J JL K KA KB KC
            KE KEH KF KG KH KI KIB KL KLE KM KN KO KR KS KT KU K\u00DCN KUS KYF L LA LAU LB LD LDK LDS LEV LG LI
            LIF LIP LL LM L\u00D6 LOS LRO LU LUP LWL M MA MB MD ME MEI MG MI MIL MK MKK MM MN MOL MOS MQ MR MS
            MSP MST MT M\u00DC MYK MZ MZG N NB ND NDH NE NEA NES NEW NF NI NK NM NMS NOH NOM NR NU NVP NW NWM OA
            OAL OB OD OE OF OG OH OHA OHV OHZ OL OPR OS OSL OVP P PA PAF PAN PB PCH PE PF PI PIR PLO PM PR PS
            QLB R RA RD RE REG RH RO ROW RP RS RT R\u00DCD R\u00DCG RV RW RZ S SAD SAW SB SBK SC SDL SE SG SH
            SHA SHG SHK SHL SI SIG SIM SK SL SLF SLS SM SN SO SOK SOM SON SP SPN SR ST STA STD SU S\u00DCW SW SZ
            TBB TF TG TIR TO T\u00D6L TR TS T\u00DC TUT UE UH UL UM UN V VB VEC VER VIE VK VR VS W WAF WAK WB WE
            WEN WES WF WHV WI WIL WIT WL WM WN WND WO WOB WR WST WT WTM W\u00DC WUG WUN WW Z ZW ZI""".split("\\s+"));
    private static final Pattern GERMAN = Pattern.compile("([A-Z\u00C4\u00D6\u00DC]{1,3})(?:[-: \n]|\\s[-.]\\s"
            + "|-\\s)[A-Z]{1,2}"
            + "[- ]{0,2}[1-9]\\d{0,3}(?:\\s?[EH])?(?![\\p{L}\\d]|[-.,]\\d)");
    private static final Pattern FRENCH = Pattern.compile("[A-HJ-NP-TV-Z]{2}[- .]{1,2}\\d{3}[- .]{1,2}[A-HJ-NP-TV-Z]{2}"
            + "(?![\\p{L}\\d-])");
    private static final Pattern BRITISH = Pattern.compile("[A-HJ-PR-Y][A-HJ-PR-Y][0-7]\\d\\s?[A-HJ-PR-Z]{3}"
            + "(?![\\p{L}\\d])");
    /** Year and half, county, number of Ireland; one, three letters, three digits of Belgium. */
    private static final Pattern HYPHENED = Pattern.compile("(?:[0-2]\\d[12]?([- ])(?:CE|CN|CW|DL|KE|KK|KY|LD|LH|LK"
            + "|LM|LS|MH|MN|MO|OY|RN|SO|WH|WX|WW|TN|TS|WD|C|D|G|L|T|W)\\1[1-9]\\d{1,5}"
            + "|[1-9]-[A-Z]{3}-\\d{3})(?![\\p{L}\\d-])");
    private static final String S = "[-. ]{1,2}";
    private static final String END = "(?![\\p{L}\\d%]|[-.,/:]\\d)";
    private static final Pattern ANY = Pattern.compile("(?:\\p{Lu}{2}" + S + "\\d{1,3}" + S + "\\d{3}"
            + "|\\p{Lu}{1,3}(?:" + S + ")?(?:\\p{Lu}{1,2}" + S
            + ")?\\d{1,6}(?:(?:" + S
            + ")?\\p{Lu}{1,3})?|\\d{1,4}(?:" + S + ")?\\p{Lu}{1,4}(?:(?:" + S + ")?\\d{1,4})?"
            + "|\\p{Lu}{3}\\d\\p{Lu}\\d{2}"
            + "|\\p{Lu}{2,3}" + S + "\\d(?=\\d{0,3}[A-Z])[A-Z\\d]{3}\\d?"
            + "|\\p{Lu}\\d{2}-\\p{Lu}{2}\\d"
            + "|[A-Z\\d]{2}(?:" + S + "[A-Z\\d]{2}){2})" + END);
    /** Letters beside a number that are none of a plate. */
    private static final Set<String> OTHER = Set.of("crp", "wbc", "hb", "na", "spo", "inr", "ldl", "hdl", "tsh", "bmi",
            "plt", "bgl", "hba", "ef", "cr", "bun", "mi", "x",
            "drg", "nhs", "gcs", "dsm", "mrn", "dob", "ssn", "mac", "vin",
            "npi", "eur", "usd", "chf", "gbp",
            "rr", "hr", "bp", "af", "rm", "nr", "tel", "km", "mph", "kmh",
            "pm", "md", "kg", "mg", "ml", "cm", "mm", "ps", "hp", "kw", "old", "year",
            "day", "days", "min", "uhr", "mai", "age", "ext", "apt", "dr", "mr", "ms", "st", "rd", "th", "nd", "h",
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "okt", "oct", "nov", "dez", "dec", "icd",
            "cpt",
            "ni", "fin", "tr", "te", "lot", "row", "exit", "gate", "max",
            "ca", "bis", "von", "um", "zum", "mit", "und", "abs", "bj", "vom",
            "den");
    /** Units and labels that are districts as well, and never of a plate in practice. */
    private static final Set<String> NONE = Set.of("kg", "ni", "fin", "am");
    private static final Set<String> CUES = Set.of("van", "car", "cars", "truck", "vehicle", "vehicles", "suv", "sedan",
            "pickup", "motorcycle", "motorbike", "trailer", "plate", "plates", "tag", "tags", "registration",
            "reg", "registered", "auto", "pkw", "lkw", "wagen", "fahrzeug", "fahrzeugs", "fahrzeuge", "kfz",
            "kennzeichen", "kennz",
            "motorrad", "anh\u00E4nger", "transporter", "veh", "voiture", "v\u00E9hicule", "immatricul\u00E9",
            "immatricul\u00E9e", "immatriculation", "plaque", "plaques", "camion", "moto", "scooter", "fourgon",
            "toyota", "honda", "ford", "bmw", "audi", "vw", "volkswagen", "mercedes", "opel", "renault", "peugeot",
            "citro\u00EBn", "fiat", "skoda", "volvo", "nissan", "hyundai", "kia", "mazda", "subaru", "tesla",
            "chevrolet",
            "jeep", "dodge", "lexus", "vauxhall", "cab", "taxi", "ambulance", "driving", "parked", "geparkt", "parking",
            "driver", "fahrer", "halter", "golf", "passat", "civic", "corolla", "camry", "clio", "berlingo");
    /** Behind these the plate follows at once, whatever its form. */
    private static final Set<String> STRONG = Set.of("plate", "plates", "tag", "kennzeichen", "immatricul\u00E9",
            "immatricul\u00E9e", "immatriculation", "plaque", "registration", "reg");
    private static final int CHARS_MAX = 9;
    private static final int CHARS_MIN = 6;

    private final Runs runs;
    private final Runs upper;
    private final boolean lower;
    private final List<Finding> found;
    private final Runs.Anchored german;
    private final Runs.Anchored french;
    private final Runs.Anchored british;
    private final Runs.Anchored hyphened;
    private final Runs.Anchored any;
    private int cue = -CUE_CHARS_MAX;
    private boolean strong;

    PlateFinder(Runs runs, boolean lower, List<Finding> found) {
        this.runs = runs;
        this.lower = lower;
        this.upper = lower ? new Runs(upper(runs.text)) : runs;
        this.found = found;
        this.german = upper.anchored(GERMAN);
        this.french = upper.anchored(FRENCH);
        this.british = upper.anchored(BRITISH);
        this.hyphened = upper.anchored(HYPHENED);
        this.any = upper.anchored(ANY);
    }

    /** In capitals, each character where it was. */
    private static String upper(String text) {
        char[] upper = text.toCharArray();
        for (int i = 0; i < upper.length; i++) {
            upper[i] = Character.toUpperCase(upper[i]);
        }
        return new String(upper);
    }

    void find() {
        int done = 0;
        for (int run = 0; run < runs.count(); run++) {
            int from = runs.from(run);
            if (from < done) {
                continue;
            }
            if (runs.length(run) <= CHARS_MAX && isStart(run)) {
                done = plate(run, from);
            }
            if (done <= from && runs.isWord(run) && isCue(runs.lower(run)) && !isParticle(run)) {
                cue = runs.to(run);
                strong = STRONG.contains(runs.lower(run));
            }
        }
    }

    private static boolean isCue(String word) {
        return CUES.contains(word) || word.startsWith("park") && word.length() > 6
                || word.length() > 7 && (word.endsWith("wagen") || word.endsWith("fahrzeug")
                || word.endsWith("auto") || word.endsWith("kennzeichen"));
    }

    /** The {@code van} of a surname. */
    private boolean isParticle(int run) {
        return runs.lower(run).equals("van") && (NameWords.PARTICLES.contains(runs.lower(run + 1))
                || runs.isCapitalised(run + 1) && !runs.isAllCapitals(run + 1) && runs.length(run + 1) > 3);
    }

    /** Whether a plate may begin: letters before digits, digits before letters, or both in one. */
    private boolean isStart(int run) {
        if (runs.isMixed(run)) {
            return true;
        }
        if (run + 1 >= runs.count()) {
            return false;
        }
        if (runs.isDigits(run)) {
            return runs.length(run) <= 4 && runs.isWord(run + 1) && runs.length(run + 1) <= 4;
        }
        return runs.length(run) <= 3 && (lower || runs.isAllCapitals(run) || runs.length(run) == 1)
                && (runs.hasDigits(run + 1) || run + 2 < runs.count() && runs.length(run + 1) <= 2
                && runs.hasDigits(run + 2));
    }

    /** @return its end, or the place where it would begin */
    private int plate(int run, int from) {
        char before = runs.charAt(from - 1);
        if ("-./_,:$".indexOf(before) >= 0) {
            return from;
        }
        boolean near = from - cue <= CUE_CHARS_MAX && !runs.text.startsWith("\n\n", cue);
        if (french.at(from, REACH) && !OTHER.contains(runs.lower(run))) {
            return add(from, french.to(), near || french.group(0).indexOf('-') > 0 ? 0.88 : 0.5);
        }
        if (runs.isMixed(run) && british.at(from, REACH)) {
            return add(from, british.to(), near ? 0.9 : 0.72);
        }
        if (runs.isWord(run) && !NONE.contains(runs.lower(run)) && german.at(from, REACH)
                && DISTRICTS.contains(german.group(1))) {
            boolean hyphen = german.group(0).indexOf('-') > 0;
            if (near || hyphen && runs.hasDigits(run + 2) && !runs.isGap(run + 1, '-')) {
                return add(from, german.to(), near ? 0.9 : 0.75);
            }
        }
        if (runs.isDigits(run) && hyphened.at(from, REACH) && (near || runs.isGap(run, '-'))) {
            return add(from, hyphened.to(), near ? 0.9 : 0.72);
        }
        return near && any.at(from, REACH) && isPlate(from, any.to()) ? add(from, any.to(), 0.75) : from;
    }

    /** Letters and digits, as many as plates have; not the name of a model. */
    private boolean isPlate(int from, int to) {
        int letters = 0;
        int digits = 0;
        for (int i = from; i < to; i++) {
            char c = runs.text.charAt(i);
            digits += Character.isDigit(c) ? 1 : 0;
            letters += Character.isLetter(c) ? 1 : 0;
        }
        boolean at = strong && from - cue < 6;
        boolean size = digits + letters >= (at ? CHARS_MIN - 2 : CHARS_MIN) && digits + letters <= CHARS_MAX;
        for (int run = runs.runAt(from); run < runs.count() && runs.from(run) < to; run++) {
            if (runs.isWord(run) && (OTHER.contains(runs.lower(run)) || NameWords.STOP.contains(runs.lower(run)))) {
                return false;
            }
        }
        boolean year = digits == 4 && (runs.text.startsWith("19", from) || runs.text.startsWith("20", from))
                && letters > 2;
        return size && !year && digits > 0 && (letters > 1 && digits > 1 || letters > 0 && digits > 3 || at)
                && Months.number(runs.lower(runs.runAt(from))) == 0 && Months.number(runs.lower(runs.runAt(from)
                + 1)) == 0;
    }

    private int add(int from, int to, double confidence) {
        found.add(new Finding(IdentifierKind.VEHICLE, from, to, confidence));
        return to;
    }
}
