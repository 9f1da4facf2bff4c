package quern.curation.deident;

import java.util.Set;

/** Words around names: titles, greetings, relatives, labels, and those that show that a name is none of a person. */
final class NameWords {

    static final Set<String> TITLES = Set.of("mr", "mrs", "ms", "miss", "mx", "dr", "dres", "prof", "professor",
            "doctor",
            "herr", "herrn", "frau", "mme", "mlle", "monsieur", "madame", "docteur", "familie", "fam", "sr", "sra",
            "rev", "reverend", "judge", "capt", "sgt", "kollege", "kollegen", "kollegin", "nurse", "hr", "rn",
            "officer", "detective",
            "sergeant", "captain", "lieutenant", "attorney", "senator", "pastor", "drs", "deputy", "trooper",
            "constable", "corporal", "inspector", "sheriff", "coroner", "matron", "messrs", "mssrs", "messieurs");
    /** Titles only with a full stop behind them. */
    static final Set<String> DOTTED_TITLES = Set.of("m", "fr", "pr", "st\u00E9", "hr", "sr", "dipl");
    /** What may stand between a title and a name. */
    static final Set<String> SECOND_TITLES = Set.of("dr", "prof", "med", "dent", "phil", "rer", "nat", "hc", "h", "c",
            "dipl", "ing", "kollege", "kollegin", "herr", "herrn", "frau", "mult", "priv", "doz", "pd", "doctor",
            "habil",
            "professor", "ihr", "ihre");
    static final Set<String> GREETINGS = Set.of("dear", "hi", "hello", "hey", "liebe", "lieber", "hallo", "cher",
            "ch\u00E8re", "bonjour", "salut", "geehrte", "geehrter", "grandma", "grandpa", "aunt", "uncle", "tante",
            "onkel");
    static final Set<String> RELATIVES = Set.of("wife", "husband", "son", "daughter", "mother", "father", "brother",
            "sister", "partner", "spouse", "fianc\u00E9", "fianc\u00E9e", "girlfriend", "boyfriend", "friend",
            "neighbor", "neighbour", "colleague", "niece", "nephew", "grandson", "granddaughter", "cousin", "caregiver",
            "guardian", "ehefrau", "ehemann", "sohn", "tochter", "mutter", "vater", "bruder", "schwester", "nachbar",
            "nachbarin", "fils", "fille", "mari", "\u00E9pouse", "femme", "fr\u00E8re", "s\u0153ur", "surgeon",
            "physician", "cardiologist", "therapist", "attorney", "nanny", "roommate", "boss");
    /** Words whose colon is followed by a name. */
    static final Set<String> LABELS = Set.of("patient", "patientin", "name", "attending", "surgeon", "physician",
            "provider", "pcp", "doctor", "nurse", "mother", "father", "spouse", "kin", "contact", "insured",
            "guarantor",
            "subscriber", "from", "to", "cc", "bcc", "attn", "attention", "re", "betr", "betreff", "nom", "pr\u00E9nom",
            "nachname", "vorname", "von", "an", "surname", "anesthesiologist", "assistant", "author", "consultant",
            "referring", "resident", "fellow", "therapist", "radiologist", "pathologist", "client", "customer",
            "tenant",
            "witness", "guardian", "arzt", "hausarzt", "behandelnder", "m\u00E9decin", "sender", "recipient",
            "employee",
            "scribe", "crew", "interpreter", "chaperone", "technician", "tech", "operator", "ordering", "supervisor",
            "reviewer", "coordinator", "student", "applicant", "beneficiary", "cardholder", "note", "sujet",
            "assur\u00E9");
    /** Words that are followed by a name without a colon; the first of the two before it, if it matters. */
    static final Set<String> BY = Set.of("by", "with", "cc", "durch", "par", "avec");
    static final Set<String> DONE = Set.of("signed", "dictated", "requested", "reviewed", "discussed", "spoke", "seen",
            "referred", "ordered", "performed", "transcribed", "authored", "electronically", "written", "prepared",
            "approved", "examined", "met", "interpreted", "attended", "accompanied", "called", "unterzeichnet",
            "diktiert", "\u00FCberwiesen", "sign\u00E9", "verified", "entered", "assisted", "evaluated", "consulted");
    static final Set<String> MEETING = Set.of("meeting", "seeing", "asked", "told", "informed", "contacted", "called",
            "thank", "\u00FCber", "examined", "evaluated");
    static final Set<String> CLOSINGS = Set.of("sincerely", "regards", "truly", "respectfully", "cordially",
            "faithfully",
            "gr\u00FC\u00DFen", "gr\u00FC\u00DFe", "gr\u00FCssen", "gr\u00FCsse", "cordialement", "thanks", "wishes",
            "cheers", "best", "yours", "salutations", "you", "hochachtungsvoll", "gru\u00DF", "love");
    static final Set<String> CREDENTIALS = Set.of("md", "do", "rn", "phd", "np", "pa", "dds", "dmd", "esq", "jr", "sr",
            "facs", "msw", "lcsw", "pharmd", "dpt", "mph", "facc", "fnp", "mbbs", "frcp", "bsn", "aprn", "crna", "pac",
            "m", "ph", "r", "d", "mrcp", "ot", "pt");
    static final Set<String> PARTICLES = Set.of("von", "van", "de", "der", "den", "del", "della", "di", "da", "dos",
            "du",
            "la", "le", "ap", "ab", "zu", "zur", "ter", "ten", "bin", "ibn", "al", "el", "st", "mac", "vom", "und");
    /** First names that begin sentences as words, too. */
    static final Set<String> AMBIGUOUS = Set.of(("will may mark grant hope rose art faith joy grace dale chase drew "
            + "pat sue bill rob guy jack "
            + "dean ray gene earl king young summer autumn april june august dawn crystal amber pearl ruby "
            + "iris ivy lily daisy violet heather ginger sandy rich frank miles lane glen cliff brook "
            + "forest hunter mason carter parker price chance major royal sterling wade reed rocky randy "
            + "angel christian jordan chelsea china paris virginia georgia carolina florence charity "
            + "constance patience mercy melody misty star stone ruth rusty skip ward dick don chuck max "
            + "mike norm penny rod stew van vic see sun so an my ai li le lee era ina isa kit lea les lin "
            + "lo lu mar min mo ola ora pa pia sal sam tam tai tia val wan wen win yen mi mae many jan "
            + "del").split(" "));
    /** Those that begin a surname. */
    static final Set<String> NOBLE = Set.of("von", "van", "de", "della", "di", "da", "ter", "del", "dos", "zu");
    /** Capitalised words that begin no name. */
    static final Set<String> STOP = Set.of("the", "a", "an", "he", "she", "it", "we", "you", "they", "i", "his", "her",
            "our", "my", "your", "this", "that", "these", "those", "and", "or", "but", "for", "with", "on", "in", "at",
            "by",
            "from", "to", "of", "as", "if", "is", "was", "were", "are", "has", "have", "had", "will", "no", "not",
            "all",
            "please", "thank", "thanks", "see", "seen", "dear", "hi", "hello", "sir", "madam", "team", "colleague",
            "colleagues", "der", "die", "das", "und", "ein", "eine", "wir", "sie", "er", "es", "ich", "damen", "herren",
            "le", "les", "un", "une", "et", "il", "elle", "nous", "vous", "je", "confr\u00E8re", "me", "us", "them",
            "him",
            "date", "re", "who", "which", "what", "when", "where", "why", "how", "unknown", "none", "n", "na", "yes",
            "per",
            "patient", "doctor", "dr", "mr", "mrs", "ms", "ihr", "ihre", "kollege", "kollegin", "med", "prof", "zur",
            "zum",
            "office", "department", "billing", "buchhaltung", "clinic", "hospital", "fax", "phone", "tel", "dob", "mrn",
            "subject", "sent", "id", "number", "about", "after", "before", "during", "whom", "can", "may", "did",
            "does",
            "would", "could", "should", "also", "there", "here", "then", "now", "today", "so", "just",
            "america", "europe", "africa", "asia");
    private static final Set<String> EPONYMS = Set.of("disease", "syndrome", "sign", "signs", "test", "lymphoma",
            "chorea",
            "scale", "score", "scores", "catheter", "line", "tube", "position", "fracture", "palsy", "reflex",
            "criteria",
            "classification", "law", "node", "nodes", "procedure", "operation", "maneuver", "contracture", "drain",
            "sarcoma", "tumor", "tumour", "anemia", "encephalopathy", "aphasia", "esophagus", "ulcer", "stain",
            "respirations", "thyroiditis", "phenomenon", "bodies", "body", "index", "forceps", "retractor", "suture",
            "needle", "krankheit", "syndrom", "zeichen", "skala", "reaction", "ataxia", "dystrophy", "murmur", "pouch",
            "triad", "cyst", "solution", "angina", "point",
            "filter", "stent", "valve", "repair", "lesion", "triangle", "staging",
            "grading", "prolapse",
            "method", "technique", "equation", "formula", "interval", "coma", "arthropathy", "purpura", "maladie");
    private static final Set<String> EPONYMS_BEFORE = Set.of("morbus", "maladie", "syndrome", "zeichen", "nach");
    static final Set<String> ORGANISATIONS = Set.of("hospital", "clinic", "center", "centre", "university", "institute",
            "foundation", "inc", "llc", "gmbh", "ltd", "corp", "company", "college", "school", "bank", "insurance",
            "department", "division", "health", "healthcare", "pharmacy", "laboratory", "laboratories", "klinik",
            "krankenhaus", "klinikum", "apotheke", "street", "avenue", "road", "church", "press", "journal", "society",
            "association", "council", "committee", "agency", "service", "services", "county", "city", "park", "lake",
            "river", "mountain", "airport", "station", "foods", "medicine", "surgery", "group", "systems", "operation",
            "mutual", "assurance", "diagnostics", "supplies", "infirmary", "oxygen");

    /** Diseases that German letters write with an {@code M.} before them. */
    static final Set<String> DISEASES = Set.of("basedow", "crohn", "parkinson", "alzheimer", "bechterew", "hodgkin",
            "osgood", "scheuermann", "meni\u00E8re", "meniere", "dupuytren", "ledderhose", "addison", "cushing",
            "paget", "wilson", "whipple", "werlhof", "perthes", "raynaud", "boeck", "still", "bowen", "huntington",
            "fabry", "gaucher", "hirschsprung", "k\u00F6hler", "ormond", "pompe", "beh\u00E7et", "behcet", "biermer",
            "sudeck", "meulengracht", "waldenstr\u00F6m", "horton", "schlatter", "kahler", "pick", "roger", "hailey");
    /** Scales of medicine: a number follows. */
    private static final Set<String> SCALES = Set.of("norton", "waterlow", "rockwood", "gleason", "braden", "wells",
            "apgar", "glasgow", "mallampati", "pugh", "barthel", "tinetti", "karnofsky", "bishop", "hoehn", "yahr",
            "killip", "forrest", "cobb", "clavien", "dindo", "breslow", "clark", "gustilo", "garden", "neer",
            "fitzpatrick", "tanner", "ballard", "beck", "hamilton", "lawton", "katz", "morse", "ramsay", "hunt",
            "hess", "fisher", "bristol", "oxford", "nottingham", "rankin", "ranson", "alvarado", "centor", "epworth",
            "framingham", "nyha", "garnet", "borg", "schober", "lachman");

    private NameWords() {}

    /** Whether the word names a disease, a sign or a device here: {@code Crohn's disease}, {@code Foley catheter}. */
    static boolean isEponym(Runs runs, int run) {
        int next = run + 1;
        if (SCALES.contains(runs.lower(run)) && runs.hasDigits(next) && runs.isGap(run, ":", 3)) {
            return true;
        }
        if (runs.charAt(runs.to(run)) == '-' && runs.isWord(next) && runs.to(next) < runs.text.length()
                && EPONYMS.contains(runs.lower(next))) {
            return true;
        }
        while (next < run + 3 && runs.isCapitalised(next) && runs.isGap(next - 1, '-')) {
            next++;
        }
        char mark = runs.charAt(runs.to(next - 1));
        boolean possessive = (mark == '\'' || mark == '\u2019') && runs.lower(next).equals("s");
        if (possessive) {
            next++;
        }
        boolean listed = possessive && (runs.lower(next).equals("or") || runs.lower(next).equals("and"))
                && runs.isCapitalised(next + 1) && runs.lower(next + 2).equals("s")
                && EPONYMS.contains(runs.lower(next + 3));
        if (listed || EPONYMS.contains(runs.lower(next)) && runs.isGap(next - 1, "", 2)) {
            return true;
        }
        if ((runs.lower(next).equals("and") || runs.lower(next).equals("or")) && runs.isCapitalised(next + 1)
                && EPONYMS.contains(runs.lower(next + 2))) {
            return true;
        }
        return EPONYMS_BEFORE.contains(runs.lower(run - 1)) && runs.isSpace(run - 1);
    }

    /** Whether a comma and a degree stand behind a name. */
    static boolean isDegree(Runs runs, int last) {
        return runs.isGap(last, ",", 3) && runs.charAt(runs.to(last)) == ','
                && CREDENTIALS.contains(runs.lower(last + 1)) && runs.isCapitalised(last + 1)
                && (runs.length(last + 1) > 1 || runs.charAt(runs.to(last + 1)) == '.');
    }

    /** Whether words, or the one behind them, are those of an organisation. */
    static boolean isOrganisation(Runs runs, int run, int last) {
        for (int at = run; at <= Math.min(last + 1, runs.count() - 1); at++) {
            if (ORGANISATIONS.contains(runs.lower(at)) && (at <= last || runs.isSpace(last))) {
                return true;
            }
        }
        return (runs.isGap(last, '\'') || runs.isGap(last, '\u2019')) && runs.lower(last + 1).equals("s")
                && ORGANISATIONS.contains(runs.lower(last + 2)) && runs.isCapitalised(last + 2);
    }
}
