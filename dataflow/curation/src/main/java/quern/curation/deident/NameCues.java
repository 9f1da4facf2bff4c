package quern.curation.deident;

import java.util.Set;

/**
 * Names that words around them give away, where no dictionary knows them: behind relatives, roles and signatures,
 * before birthdays, degrees and what only people do. One text.
 */
final class NameCues {

    /** Takes what was found. */
    @FunctionalInterface
    interface Sink {
        /** A name from one run to another. */
        void name(int first, int last, double confidence);
    }

    private static final int WORDS_MAX = 4;
    private static final int RUNS_MAX = 9;
    private static final int UNKNOWN_CHARS_MIN = 3;
    /** Behind these somebody is named, at once or after one of {@link #JOINING}. */
    private static final Set<String> PEOPLE = Set.of("patient", "patienten", "patientin", "patiente", "person",
            "signed",
            "gez", "gezeichnet", "unterzeichnet", "signature", "unterschrift", "sign\u00E9", "registered", "owner",
            "driver", "halter", "halterin", "mieter", "mieterin", "tenant", "tenants", "evaluator", "examiner",
            "gutachter",
            "zeuge", "zeugin", "witness", "t\u00E9moin", "complainant", "victim", "suspect", "plaintiff", "defendant",
            "kl\u00E4ger", "kl\u00E4gerin", "beklagte", "beklagter", "beschuldigte", "beschuldigter", "mandant",
            "mandantin",
            "mandanten", "client", "cliente", "employee", "employ\u00E9", "employ\u00E9e", "salari\u00E9",
            "salari\u00E9e",
            "mitarbeiter", "mitarbeiterin", "arbeitnehmer", "arbeitnehmerin", "bewerber", "bewerberin", "candidate",
            "candidat", "applicant", "physician", "surgeon", "nurse", "therapist", "resident", "attending",
            "counsel", "attorney", "avocat", "notaire", "notar", "ma\u00EEtre", "infirmi\u00E8re", "m\u00E9decin",
            "chirurgien", "hausarzt", "haus\u00E4rztin", "arzt", "\u00E4rztin", "ansprechpartner", "ansprechpartnerin",
            "sachbearbeiter", "sachbearbeiterin", "bearbeiter", "bearbeiterin", "vermieter", "versicherte",
            "versicherter", "policyholder", "claimant", "insured", "assur\u00E9", "assur\u00E9e", "locataire", "epouse",
            "spouse", "guardian", "caregiver", "manager", "supervisor", "colleague", "kollege", "kollegin", "named",
            "namens", "nomm\u00E9", "nomm\u00E9e", "called", "meet", "met", "tochter", "sohn", "daughter", "son",
            "mother",
            "father", "wife", "husband", "brother", "sister", "partner", "friend", "neighbor", "neighbour", "niece",
            "nephew", "cousin", "grandson", "granddaughter", "mutter", "vater", "bruder", "schwester", "ehefrau",
            "ehemann", "nachbar", "nachbarin", "fils", "fille", "m\u00E8re", "p\u00E8re", "fr\u00E8re", "s\u0153ur",
            "mari", "\u00E9pouse", "\u00E9poux", "femme", "uncle", "aunt", "grandmother", "grandfather", "presence",
            "student", "parent", "guarantor", "petitioner", "decedent", "recipient", "proxy", "informant", "certifier",
            "payee", "adjuster", "n\u00E9e", "nee",
            "tante", "onkel", "oma", "opa", "enkel", "enkelin", "boss", "landlord", "teacher", "lehrer", "lehrerin");
    private static final String[] ROLES = {"er", "or", "ist", "ian", "ant", "ent", "ee", "arzt", "mann", "frau", "erin",
            "eur", "euse", "iste", "ien", "ienne", "\u00E4rztin", "tin", "leute", "im"};
    /** Behind a comma these say what somebody is. */
    private static final Set<String> PROFESSIONS = Set.of("attorney", "solicitor", "barrister", "notary", "paralegal",
            "rechtsanwalt", "rechtsanw\u00E4ltin", "notar", "notarin", "physician", "surgeon", "psychologist",
            "pharmacist", "richter", "richterin", "judge", "paramedic",
            "administrator", "coordinator", "facharzt", "fach\u00E4rztin");
    /** First names that are nouns in German. */
    private static final Set<String> NOUNS = Set.of("ernst", "horst", "frank", "falk", "heide", "rosa", "wolf", "veit",
            "mark", "linde", "rose", "viola", "iris", "jasmin");
    private static final Set<String> ARTICLES = Set.of("im", "am", "zum", "vom", "beim", "ins", "das", "eine", "zur",
            "kein", "keine", "ein", "ihr", "ihre", "sein", "seine", "mein", "meine", "ans", "aufs");
    private static final Set<String> OWN = Set.of("the", "her", "his", "my", "our", "their", "a", "an");
    private static final Set<String> JOINING = Set.of("of", "is", "was", "to", "by", "von", "ist", "war", "durch",
            "est",
            "de", "par", "with", "mit", "avec", "named", "called", "namens", "nomm\u00E9", "nomm\u00E9e");
    private static final Set<String> BORN = Set.of("dob", "geb", "geboren", "born", "mrn", "aged", "n\u00E9",
            "n\u00E9e",
            "\u00E2g\u00E9", "\u00E2g\u00E9e", "geburtsdatum", "wohnhaft", "demeurant", "domicili\u00E9",
            "domicili\u00E9e");
    private static final Set<String> DOING = Set.of("slept", "said", "says", "reports", "reported", "denies", "denied",
            "states", "stated", "complains", "complained", "lives", "feels", "arrived", "wrote", "asked", "told",
            "refused", "agreed", "agrees", "consented", "ate", "drank", "cried", "smiled", "berichtet", "berichtete",
            "klagt", "klagte", "lebt", "wohnt", "d\u00E9clare", "d\u00E9clar\u00E9", "souhaite", "habite", "phoned",
            "telephoned", "emailed", "texted", "apologized", "replied", "insisted", "believes", "thinks", "hopes",
            "thanked", "signed", "testified", "alleges", "claims", "recalls", "recalled", "worries", "erkl\u00E4rte",
            "teilte", "schrieb", "affirme", "signale", "meldete");

    /** Before somebody who is to be spoken with. */
    private static final Set<String> ASKING = Set.of("ring", "rang", "call", "try", "text", "phone", "contact", "ask",
            "tell", "told", "reach", "email", "informed", "notified", "advised", "telling", "calling", "ringing");
    private static final Set<String> ANSWERING = Set.of("on", "at", "to", "about", "if", "when", "for", "or", "and",
            "via", "by", "after", "before", "that", "who", "again", "directly", "with");

    private final Runs runs;
    private final Lexicon lexicon;
    private final int common;
    private final boolean lower;
    private final NamePhrase phrase;
    private final Sink sink;

    NameCues(Runs runs, Lexicon lexicon, int common, boolean lower, NamePhrase phrase, Sink sink) {
        this.runs = runs;
        this.lexicon = lexicon;
        this.common = common;
        this.lower = lower;
        this.phrase = phrase;
        this.sink = sink;
    }

    /** What a word says about those beside it. */
    void word(int run) {
        String word = runs.lower(run);
        boolean equal = runs.charAt(runs.to(run) + 1) == '=' && runs.isGap(run, "=", 3);
        if (equal && isNameLike(run + 1) && isLikely(run + 1, run + 1)) {
            sink.name(run + 1, run + 1, 0.6);
        }
        boolean role = runs.charAt(runs.to(run)) == ':' && isRole(word);
        if (role || PEOPLE.contains(word)) {
            behind(run, role);
        }
        if (NameWords.RELATIVES.contains(word)) {
            kin(run);
        } else if (ASKING.contains(word)) {
            asked(run + 1);
        }
        if (common == Lexicon.ENGLISH && runs.isCapitalised(run) && !lower && run > 0) {
            apposed(run);
        } else if (common == Lexicon.GERMAN && runs.isCapitalised(run) && !lower && run > 1) {
            german(run);
        }
        if (runs.isGap(run, ',') && runs.isCapitalised(run) && runs.isCapitalised(run + 1)) {
            glued(run);
        }
        if (BORN.contains(word)) {
            before(run, "(,[", 0.85);
        } else if (PROFESSIONS.contains(word)) {
            before(run, ",", 0.8);
        } else if (NameWords.CREDENTIALS.contains(word) && word.length() > 1 && (lower || runs.isCapitalised(run))) {
            before(run, ",", 0.88);
        } else if (DOING.contains(word) && runs.isLower(run)) {
            doing(run);
        }
    }

    /** {@code Hope (daughter)}, {@code Contact May, wife: 0171 …}: who is whose stands behind a name. */
    private void kin(int run) {
        char next = runs.charAt(runs.to(run));
        char mark = runs.charAt(runs.from(run) - 1);
        boolean enclosed = mark == '(' && (next == ')' || next == ',' || next == ';');
        boolean apposed = mark == ' ' && runs.charAt(runs.from(run) - 2) == ',' && ":;,.)(".indexOf(next) >= 0;
        if ((enclosed || apposed) && run > 0 && !Months.isDay(runs.lower(run - 1))) {
            before(run, enclosed ? "(" : ",", 0.8);
        }
    }

    /** {@code ring Hope on …}, {@code ask Grant about …}: somebody who can be asked. */
    private void asked(int first) {
        boolean verb = runs.isGap(first - 1, ' ') && runs.isCapitalised(first) && !runs.isAllCapitals(first);
        if (!verb || lower || !isNameLike(first) || isOrganisation(first)) {
            return;
        }
        int last = Math.max(first, phrase.last(first, true));
        boolean goes = ANSWERING.contains(runs.lower(last + 1)) && runs.isSpace(last)
                || ",.;:(!?\n".indexOf(runs.charAt(runs.to(last))) >= 0
                || runs.charAt(runs.to(last) + 1) == '(' && runs.isGap(last, "(", 3);
        if (goes && isLikely(first, last)) {
            sink.name(first, last, 0.72);
        }
    }

    /** A word for somebody by what he or she does, by its ending. */
    private static boolean isRole(String word) {
        for (String ending : ROLES) {
            if (word.length() > ending.length() + 2 && word.endsWith(ending)) {
                return true;
            }
        }
        return false;
    }

    /** {@code her son Xiomar}, {@code contact person is …}, {@code Signed: …}. */
    private void behind(int run, boolean role) {
        int first = run + 1;
        if (!runs.isGap(run, ":,.", 4)) {
            return;
        }
        if (JOINING.contains(runs.lower(first)) && runs.isSpace(first)) {
            first++;
        }
        while (NameWords.TITLES.contains(runs.lower(first)) && runs.isGap(first, ".", 3)) {
            first++;
        }
        boolean initials = phrase.isInitial(first) || phrase.isBareInitial(first, true);
        boolean joined = runs.isCapitalised(first) && runs.isGap(first, '-') && runs.isCapitalised(first + 1)
                && runs.isSpace(first + 1) && runs.isCapitalised(first + 2);
        if (!initials && !joined && !isNameLike(first)) {
            return;
        }
        int last = turned(phrase.last(first, true));
        boolean sure = !role || last > first || initials || (lexicon.of(runs.word(first)) & Lexicon.FIRST) != 0;
        boolean proper = initials && last > first && (lexicon.of(runs.word(last)) & Lexicon.PROPER) != 0;
        if (last >= first && sure && (proper || isLikely(first, last))) {
            sink.name(first, last, 0.8);
        }
    }

    /** With the first name behind a comma: {@code Whitlock, Vikram}. */
    private int turned(int last) {
        boolean comma = last >= 0 && runs.isGap(last, ",", 3) && runs.charAt(runs.to(last)) == ',';
        if (!comma || NameWords.CREDENTIALS.contains(runs.lower(last + 1)) || !runs.isCapitalised(last + 1) && !lower
                || runs.isGap(last, "", 3) || NameWords.ORGANISATIONS.contains(runs.lower(last + 1))) {
            return last;
        }
        boolean glued = runs.isGap(last, ',');
        int first = lexicon.of(runs.word(last + 1));
        boolean name = (first & Lexicon.FIRST) != 0 || (first & Lexicon.PROPER) != 0
                && (first & (common | Lexicon.CITY | Lexicon.COUNTRY)) == 0;
        if (!glued && !name && (first != 0 || runs.length(last + 1) < UNKNOWN_CHARS_MIN)) {
            return last;
        }
        int turned = phrase.last(last + 1, true);
        return turned > last && turned - last <= 4 ? turned : last;
    }

    /** {@code Mbeki,Clifford}: two words with capitals, and nothing but a comma between them. */
    private void glued(int run) {
        boolean names = isNameLike(run) && isLikely(run, run) || isNameLike(run + 1) && isLikely(run + 1, run + 1);
        boolean acronym = runs.isAllCapitals(run) && runs.length(run) < 5 && (lexicon.of(runs.word(run))
                & (Lexicon.FIRST | Lexicon.LAST)) == 0 && !isNameLike(run + 1);
        if (names && !acronym && runs.length(run) > 1 && runs.length(run + 1) > 1 && !isOrganisation(run)
                && !isOrganisation(run + 1)) {
            int last = turned(run);
            int first = run;
            while (first > 0 && run - first < 3 && (runs.isGap(first - 1, '-') && runs.isCapitalised(first - 1)
                    || NameWords.NOBLE.contains(runs.lower(first - 1)) && runs.isGap(first - 1, ' '))) {
                first--;
            }
            if (last > run) {
                sink.name(first, last, 0.8);
            }
        }
    }

    private boolean isOrganisation(int run) {
        return NameWords.ORGANISATIONS.contains(runs.lower(run)) || Months.number(runs.lower(run)) > 0
                || TownFinder.isState(runs, run);
    }

    /** {@code Okafor, who will}, {@code Xochitl, the neighbor}, {@code filled by Price}. */
    private void apposed(int run) {
        boolean by = runs.lower(run - 1).equals("by") && run > 1 && (runs.hasDigits(run - 2)
                || runs.isLower(run - 2) && (runs.lower(run - 2).endsWith("ed") || runs.lower(run - 2).endsWith("en")
                || runs.lower(run - 2).endsWith("ne")));
        String next = runs.lower(run + 1);
        boolean comma = runs.charAt(runs.to(run)) == ',' && runs.isGap(run, ",", 3);
        boolean who = comma && (next.equals("who") || next.equals("whose") || next.equals("whom"));
        boolean the = false;
        if (comma && OWN.contains(next)) {
            for (int at = run + 2; at <= run + 4 && !the && runs.isLower(at) && runs.isSpace(at - 1); at++) {
                the = PEOPLE.contains(runs.lower(at)) || NameWords.RELATIVES.contains(runs.lower(at));
            }
        }
        if (by && phrase.isBareInitial(run, true)) {
            sink.name(run, Math.max(run + 1, phrase.last(run, true)), 0.75);
            return;
        }
        if (!by && !who && !the || !runs.isSpace(run - 1) && !runs.isGap(run - 1, ",", 3)) {
            return;
        }
        int known = lexicon.of(runs.word(run));
        boolean surname = by && (known & (Lexicon.LAST | Lexicon.FIRST)) != 0;
        boolean name = isUnknown(run) && !NamePhrase.isMixed(runs.word(run)) || (known & Lexicon.PROPER) != 0
                && (known & (common | Lexicon.COUNTRY)) == 0 && ((known & Lexicon.CITY) == 0 || !by);
        boolean none = runs.isAllCapitals(run) || isOrganisation(run) || NameWords.STOP.contains(runs.lower(run))
                || NameWords.isEponym(runs, run);
        if ((name || surname) && !none) {
            int last = phrase.last(run, false);
            sink.name(run, Math.max(run, last), 0.72);
        }
    }

    /** {@code behandelt v. Ay\u015Fe}, {@code mit Ernst besprochen}: no article stands before a first name. */
    private void german(int run) {
        String before = runs.lower(run - 1);
        boolean by = (before.equals("von") || before.equals("v") || before.equals("durch"))
                && runs.isLower(run - 2) && (runs.lower(run - 2).endsWith("t") || runs.lower(run - 2).endsWith("en"));
        boolean noun = NOUNS.contains(runs.lower(run)) && runs.isLower(run - 1) && runs.isSpace(run - 1)
                && !ARTICLES.contains(before) && !before.endsWith("em") && !before.endsWith("en")
                && !before.endsWith("er") && !before.endsWith("es");
        if (noun || by && isUnknown(run) && !runs.isAllCapitals(run) && runs.isGap(run - 1, ".", 2)
                && !NamePhrase.isMixed(runs.word(run))) {
            sink.name(run, Math.max(run, phrase.last(run, true)), 0.72);
        }
    }

    /** Words before a birthday or a degree, back to the first that no name holds. */
    private void before(int run, String marks, double confidence) {
        boolean marked = false;
        for (int i = run == 0 ? 0 : runs.to(run - 1); i < runs.from(run); i++) {
            marked |= marks.indexOf(runs.charAt(i)) >= 0;
        }
        if (!marked || !runs.isGap(run - 1, marks, 4)) {
            return;
        }
        int first = run;
        int words = 0;
        while (first > 0 && words < WORDS_MAX && run - first < RUNS_MAX && isBefore(first, run)) {
            first--;
            words += runs.length(first) > 1 && !NameWords.PARTICLES.contains(runs.lower(first)) ? 1 : 0;
        }
        while (first < run && NameWords.PARTICLES.contains(runs.lower(first))
                && !NameWords.NOBLE.contains(runs.lower(first))) {
            first++;
        }
        if (words > 0 && isLikely(first, run - 1)) {
            sink.name(first, run - 1, confidence);
        }
    }

    /** Whether the name before a run goes on to the left. */
    private boolean isBefore(int first, int run) {
        return (first == run || isTogether(first - 1)) && (isNameLike(first - 1) || isInside(first - 1));
    }

    private boolean isTogether(int run) {
        char c = runs.charAt(runs.to(run));
        return c == '.' || c == ' ' ? runs.isGap(run, ".", 2) : runs.isGap(run, '-') || runs.isGap(run, '\'')
                || runs.isGap(run, '\u2019');
    }

    private boolean isInside(int run) {
        return phrase.isInitial(run) || NameWords.PARTICLES.contains(runs.lower(run))
                || runs.length(run) == 1 && (runs.isCapitalised(run) || runs.isGap(run, '\''));
    }

    private void doing(int run) {
        int last = run - 1;
        if (last < 0 || !runs.isGap(last, ' ') || !isNameLike(last) || !begins(last)) {
            return;
        }
        if (isUnknown(last) || (lexicon.of(runs.word(last)) & (Lexicon.FIRST | Lexicon.LAST)) != 0) {
            sink.name(last, last, 0.72);
        }
    }

    private boolean begins(int run) {
        char before = runs.charAt(runs.from(run) - 1);
        return before == '\n' || before == ' ' && ".!?:\n,-".indexOf(runs.charAt(runs.from(run) - 2)) >= 0;
    }

    private boolean isUnknown(int run) {
        return runs.length(run) >= UNKNOWN_CHARS_MIN && lexicon.of(runs.word(run)) == 0;
    }

    /** A first name, a surname, or a word of no dictionary; with a capital unless the text has none. */
    private boolean isNameLike(int run) {
        if (!runs.isWord(run) || runs.length(run) < 2 || NameWords.STOP.contains(runs.lower(run))
                || !lower && !runs.isCapitalised(run) || NumberWords.isNumber(runs.lower(run))) {
            return false;
        }
        int known = lexicon.of(runs.word(run));
        if (known == 0) {
            return runs.length(run) >= UNKNOWN_CHARS_MIN && Months.number(runs.lower(run)) == 0
                    && !runs.isAllCapitals(run) || runs.isAllCapitals(run) && runs.length(run) > 4;
        }
        boolean person = (known & (Lexicon.FIRST | Lexicon.LAST)) != 0;
        return person && (!lower || (known & common) == 0 || (known & Lexicon.FIRST) != 0)
                || (known & Lexicon.PROPER) != 0 && (known & common) == 0;
    }

    /** Not of everyday words alone, and of no disease. */
    private boolean isLikely(int first, int last) {
        boolean likely = false;
        for (int run = first; run <= last; run++) {
            int known = lexicon.of(runs.word(run));
            likely |= runs.length(run) > 1 && (known == 0 || (known & Lexicon.PROPER) != 0 && (known & common) == 0
                    || (known & (Lexicon.FIRST | Lexicon.LAST)) != 0
                    && ((known & common) == 0 || !lower));
            boolean surname = run > first && (known & Lexicon.LAST) != 0;
            if (NameWords.ORGANISATIONS.contains(runs.lower(run)) && !surname) {
                return false;
            }
        }
        return likely && !NameWords.isEponym(runs, last);
    }
}
