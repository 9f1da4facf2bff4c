package quern.curation.deident;

import java.util.Map;
import java.util.Set;

/**
 * What words say about a number beside them, by their stems, in English, German and French: whose number it is, or
 * that it counts something and is nobody's.
 */
final class NumberWords {

    /** A stem, and the kind of number that a word beginning with it, or a compound holding it, names. */
    private record Stem(String letters, boolean inside, IdentifierKind kind) {}

    private static final Stem[] STEMS = {
        inside("sozialversicher", IdentifierKind.NATIONAL_ID), inside("rentenversicher", IdentifierKind.NATIONAL_ID),
        inside("steuer", IdentifierKind.NATIONAL_ID), begin("s\u00E9curit", IdentifierKind.NATIONAL_ID),
        begin("securit", IdentifierKind.NATIONAL_ID), begin("fiscal", IdentifierKind.NATIONAL_ID),
        begin("tax", IdentifierKind.NATIONAL_ID), begin("national", IdentifierKind.NATIONAL_ID),
        begin("ahv", IdentifierKind.NATIONAL_ID), begin("avs", IdentifierKind.NATIONAL_ID),
        begin("nhs", IdentifierKind.NATIONAL_ID), begin("rpps", IdentifierKind.NATIONAL_ID),
        inside("telefax", IdentifierKind.FAX), begin("fax", IdentifierKind.FAX),
        begin("t\u00E9l\u00E9copie", IdentifierKind.FAX), inside("telefon", IdentifierKind.PHONE),
        begin("phone", IdentifierKind.PHONE), begin("telephone", IdentifierKind.PHONE),
        begin("t\u00E9l\u00E9phone", IdentifierKind.PHONE), begin("handy", IdentifierKind.PHONE),
        begin("mobil", IdentifierKind.PHONE), begin("cell", IdentifierKind.PHONE), begin("pager", IdentifierKind.PHONE),
        begin("rufn", IdentifierKind.PHONE), begin("r\u00FCckruf", IdentifierKind.PHONE),
        begin("portable", IdentifierKind.PHONE), begin("durchwahl", IdentifierKind.PHONE),
        inside("f\u00FChrerschein", IdentifierKind.LICENSE), begin("licen", IdentifierKind.LICENSE),
        begin("permi", IdentifierKind.LICENSE), inside("passport", IdentifierKind.LICENSE),
        begin("reisepa", IdentifierKind.LICENSE), inside("ausweis", IdentifierKind.LICENSE),
        begin("passeport", IdentifierKind.LICENSE), begin("pass", IdentifierKind.LICENSE),
        begin("identit", IdentifierKind.LICENSE), begin("certificat", IdentifierKind.LICENSE),
        inside("zulassung", IdentifierKind.LICENSE), begin("approbation", IdentifierKind.LICENSE),
        inside("urkunde", IdentifierKind.LICENSE), begin("s\u00E9jour", IdentifierKind.LICENSE),
        begin("vehic", IdentifierKind.VEHICLE), begin("v\u00E9hic", IdentifierKind.VEHICLE),
        inside("fahrgestell", IdentifierKind.VEHICLE), inside("fahrzeug", IdentifierKind.VEHICLE),
        inside("kennzeichen", IdentifierKind.VEHICLE), begin("plate", IdentifierKind.VEHICLE),
        begin("immatricul", IdentifierKind.VEHICLE), begin("plaque", IdentifierKind.VEHICLE),
        begin("ch\u00E2ssis", IdentifierKind.VEHICLE), begin("chassis", IdentifierKind.VEHICLE),
        begin("vin", IdentifierKind.VEHICLE), begin("motor", IdentifierKind.VEHICLE),
        inside("patient", IdentifierKind.MRN), begin("record", IdentifierKind.MRN), begin("chart", IdentifierKind.MRN),
        begin("mrn", IdentifierKind.MRN), begin("hospital", IdentifierKind.MRN), begin("encounter", IdentifierKind.MRN),
        begin("admission", IdentifierKind.MRN), begin("accession", IdentifierKind.MRN),
        begin("fall", IdentifierKind.MRN), begin("aufnahme", IdentifierKind.MRN),
        begin("s\u00E9jour", IdentifierKind.MRN), begin("dossier", IdentifierKind.MRN),
        begin("archiv", IdentifierKind.MRN), inside("krankenblatt", IdentifierKind.MRN),
        inside("krankenakte", IdentifierKind.MRN), begin("hospitalisation", IdentifierKind.MRN),
        inside("versicher", IdentifierKind.HEALTH_PLAN), begin("member", IdentifierKind.HEALTH_PLAN),
        begin("subscrib", IdentifierKind.HEALTH_PLAN), begin("polic", IdentifierKind.HEALTH_PLAN),
        begin("insur", IdentifierKind.HEALTH_PLAN), begin("benefici", IdentifierKind.HEALTH_PLAN),
        begin("medica", IdentifierKind.HEALTH_PLAN), begin("plan", IdentifierKind.HEALTH_PLAN),
        begin("assur", IdentifierKind.HEALTH_PLAN), begin("mutuelle", IdentifierKind.HEALTH_PLAN),
        begin("adh\u00E9rent", IdentifierKind.HEALTH_PLAN), begin("allocataire", IdentifierKind.HEALTH_PLAN),
        begin("b\u00E9n\u00E9ficiaire", IdentifierKind.HEALTH_PLAN), inside("kassen", IdentifierKind.HEALTH_PLAN),
        inside("konto", IdentifierKind.ACCOUNT), begin("account", IdentifierKind.ACCOUNT),
        begin("acct", IdentifierKind.ACCOUNT), begin("kunden", IdentifierKind.ACCOUNT),
        begin("customer", IdentifierKind.ACCOUNT), begin("client", IdentifierKind.ACCOUNT),
        begin("compte", IdentifierKind.ACCOUNT), begin("debitor", IdentifierKind.ACCOUNT),
        begin("mandat", IdentifierKind.ACCOUNT), begin("loan", IdentifierKind.ACCOUNT),
        begin("darlehen", IdentifierKind.ACCOUNT), begin("contrat", IdentifierKind.ACCOUNT),
        inside("vertrag", IdentifierKind.ACCOUNT), begin("kreditkarte", IdentifierKind.CREDIT_CARD),
        begin("card", IdentifierKind.CREDIT_CARD), begin("carte", IdentifierKind.CREDIT_CARD),
        begin("serial", IdentifierKind.DEVICE), begin("serie", IdentifierKind.DEVICE),
        begin("s\u00E9rie", IdentifierKind.DEVICE), inside("ger\u00E4t", IdentifierKind.DEVICE),
        begin("device", IdentifierKind.DEVICE), begin("implant", IdentifierKind.DEVICE),
        begin("appareil", IdentifierKind.DEVICE), begin("asset", IdentifierKind.DEVICE),
        begin("inventar", IdentifierKind.DEVICE), begin("imei", IdentifierKind.DEVICE)};
    private static final Set<String> NUMBER = Set.of("number", "numbers", "no", "nr", "nummer", "num", "num\u00E9ro",
            "numero", "n", "id", "identifier", "identification", "identifiant", "kennung", "kennnummer", "kennziffer",
            "matricule", "code");
    /** Words in front of a number that is nobody's. */
    private static final Set<String> COUNTS = Set.of("page", "pages", "seite", "seiten", "blatt", "version", "build",
            "chapter", "kapitel", "chapitre", "room", "zimmer", "raum", "zi", "salle", "chambre", "floor", "etage",
            "table", "tabelle", "tableau", "figure", "abbildung", "step", "schritt", "phase", "section", "abschnitt",
            "paragraph", "icd", "cpt", "loinc", "snomed", "diagnosis", "diagnosen", "diagnose", "haus", "house",
            "postal", "zip", "post", "area", "dial", "error", "fehler", "erreur", "http", "status", "exit", "model",
            "modell", "mod\u00E8le", "part", "release", "revision", "question", "frage", "line", "zeile", "ligne",
            "row", "column", "spalte", "atomic", "mach", "ref", "dose", "lfd", "stage", "grade", "type", "typ", "of",
            "total", "large", "small", "high", "low", "great", "issue", "volume", "band", "heft", "prime", "hausnummer",
            "ordnungs", "versions", "artikel", "article", "teile", "liefer",
            "norm", "din", "iso", "rfc", "building", "geb\u00E4ude", "b\u00E2timent", "gate", "bus", "linie",
            "track", "gleis", "flight", "postleit", "source", "color", "dress", "opus", "op", "top", "edition");
    /** Labels of two and three letters. */
    private static final Map<String, IdentifierKind> SHORT = Map.ofEntries(Map.entry("ssn", IdentifierKind.SSN),
            Map.entry("ss", IdentifierKind.SSN),
            Map.entry("ni", IdentifierKind.NATIONAL_ID), Map.entry("nino", IdentifierKind.NATIONAL_ID),
            Map.entry("dl", IdentifierKind.LICENSE),
            Map.entry("lic", IdentifierKind.LICENSE), Map.entry("cert", IdentifierKind.LICENSE),
            Map.entry("npi", IdentifierKind.LICENSE), Map.entry("dea", IdentifierKind.LICENSE),
            Map.entry("sn", IdentifierKind.DEVICE), Map.entry("udi", IdentifierKind.DEVICE),
            Map.entry("ser", IdentifierKind.DEVICE), Map.entry("acc", IdentifierKind.MRN),
            Map.entry("grp", IdentifierKind.HEALTH_PLAN), Map.entry("ins", IdentifierKind.HEALTH_PLAN),
            Map.entry("kto", IdentifierKind.ACCOUNT), Map.entry("bsnr", IdentifierKind.LICENSE),
            Map.entry("social", IdentifierKind.SSN), Map.entry("lanr", IdentifierKind.LICENSE),
            Map.entry("pid", IdentifierKind.MRN), Map.entry("hosp", IdentifierKind.MRN),
            Map.entry("az", IdentifierKind.OTHER_ID), Map.entry("rg", IdentifierKind.ACCOUNT),
            Map.entry("rx", IdentifierKind.OTHER_ID), Map.entry("po", IdentifierKind.OTHER_ID));
    /** Beginnings and endings of words for things that are numbered one by one: cases, orders, members of a staff. */
    private static final String[] OTHERS = {"ref", "claim", "case", "ticket", "order", "invoice", "rechnung", "docket",
        "badge", "employee", "personal", "payroll", "user", "student", "incident", "tracking", "transaction", "auftrag",
        "vorgang", "akte", "reference", "referenz", "zeichen", "probe", "specimen", "sample", "report", "file",
        "registr", "subject", "proband", "trial", "template", "barcode", "label", "token", "request", "confirm",
        "voucher", "receipt", "quittung", "beleg", "antrag", "bescheid", "schaden", "dienst", "matrikel", "schüler",
        "log", "transcript", "agent", "locker", "wristband", "bracelet", "coupon", "booking", "buchung", "bestell",
        "lieferung", "shipment", "parcel", "sendung", "complaint", "beschwerde", "intake", "enrol", "study", "studie",
        "prescription", "rezept", "script", "crew", "unit", "tag", "key", "schlüssel"};
    private static final String[] ENDINGS = {"nummern", "nummer", "nr", "kennzeichen", "kennung"};

    private static final int SLOTS = 1 << 12;

    /** A word and its answer; threads may overwrite each other's entries: each is whole and true. */
    private record Named(String word, IdentifierKind kind) {}

    private static final Named[] REMEMBERED = new Named[SLOTS];

    private NumberWords() {}

    private static Stem begin(String letters, IdentifierKind kind) {
        return new Stem(letters, false, kind);
    }

    private static Stem inside(String letters, IdentifierKind kind) {
        return new Stem(letters, true, kind);
    }

    /** Whether a word says "number" by itself. */
    static boolean isNumber(String lower) {
        return NUMBER.contains(lower);
    }

    /** What a German compound such as {@code patientennummer} is before its last part; null for another word. */
    static String compounded(String lower) {
        for (String ending : ENDINGS) {
            if (lower.length() > ending.length() + 2 && lower.endsWith(ending)) {
                return lower.substring(0, lower.length() - ending.length());
            }
        }
        return null;
    }

    /** An account or file in German, whose number may follow at once: {@code Vertragskonto 4711}. */
    static boolean isAccount(String lower) {
        return lower.length() > 7 && (lower.endsWith("konto") || lower.endsWith("zeichen"));
    }

    static boolean isCount(String lower) {
        return COUNTS.contains(lower);
    }

    /** The kind of number that a word before it names, among them those of cases, orders, staff; null for none. */
    static IdentifierKind labelOf(String lower) {
        int slot = (lower.hashCode() ^ lower.hashCode() >>> 12) & SLOTS - 1;
        Named named = REMEMBERED[slot];
        if (named == null || !named.word().equals(lower)) {
            named = new Named(lower, findLabel(lower));
            REMEMBERED[slot] = named;
        }
        return named.kind();
    }

    private static IdentifierKind findLabel(String lower) {
        IdentifierKind kind = kindOf(lower);
        if (kind != null || lower.length() < 2) {
            return kind;
        }
        if (SHORT.containsKey(lower)) {
            return SHORT.get(lower);
        }
        for (String other : OTHERS) {
            if (lower.startsWith(other) || lower.length() > other.length() + 3 && lower.endsWith(other)) {
                return IdentifierKind.OTHER_ID;
            }
        }
        return NUMBER.contains(lower) && lower.length() > 1 && !lower.equals("code") ? IdentifierKind.OTHER_ID : null;
    }

    /** The kind of number a word names; null where it names none. */
    static IdentifierKind kindOf(String lower) {
        if (lower.length() < 3) {
            return null;
        }
        for (Stem stem : STEMS) {
            boolean whole = stem.letters().length() == 3;
            if (whole ? lower.equals(stem.letters()) : stem.inside() ? lower.contains(stem.letters())
                    : lower.startsWith(stem.letters())) {
                return stem.kind();
            }
        }
        return null;
    }
}
