package quern.curation.deident;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Tables: a line of column heads, split by bars, tabulators, semicolons, commas or wide spaces, and the lines below it
 * with as many cells. What stands under a head that names an identifier is one.
 */
final class TableFinder {

    private static final int LINE_CHARS_MAX = 600;
    private static final int HEAD_CHARS_MAX = 32;
    private static final int CELL_CHARS_MAX = 60;
    private static final int CELLS_MAX = 40;
    private static final int AGE_MIN = 90;
    /** In an address without quotes. */
    private static final int COMMAS_MAX = 3;
    private static final Map<String, IdentifierKind> HEADS = heads();
    private static final Set<String> NUMBERS = Set.of("id", "nr", "no", "number", "num\u00E9ro", "nummer", "#");
    private static final int NAME_WORDS_MAX = 5;
    /** What needs a digit, so that a head alone may say it. */
    private static final Set<IdentifierKind> NUMBERED = EnumSet.of(IdentifierKind.DATE, IdentifierKind.PHONE,
            IdentifierKind.FAX, IdentifierKind.DEVICE, IdentifierKind.SSN, IdentifierKind.MRN,
            IdentifierKind.HEALTH_PLAN,
            IdentifierKind.ACCOUNT, IdentifierKind.LICENSE, IdentifierKind.NATIONAL_ID, IdentifierKind.OTHER_ID);

    /** @param from first character that is no space, {@code to} behind the last one */
    private record Cell(int from, int to) {}

    /**
     * @param offsets where the heads begin in their line
     * @param sparse whether too little is known for lines of the same number of cells
     */
    private record Heads(IdentifierKind[] kinds, int[] offsets, boolean sparse) {}

    private final Runs runs;
    private final String text;
    private final boolean lower;
    private final List<Finding> found;

    TableFinder(Runs runs, boolean lower, List<Finding> found) {
        this.lower = lower;
        this.runs = runs;
        this.text = runs.text;
        this.found = found;
    }

    private static Map<String, IdentifierKind> heads() {
        Map<String, IdentifierKind> heads = new HashMap<>();
        put(heads, IdentifierKind.NAME, "name names nom pr\u00E9nom vorname nachname surname patient patientin "
                + "employee "
                + "mitarbeiter salari\u00E9 contact insured versicherter member holder firstname lastname forename "
                + "first last familienname zeuge witness");
        put(heads, IdentifierKind.DATE, "dob d.o.b birth birthdate geburtsdatum geb geboren naissance n\u00E9 "
                + "date datum "
                + "admitted discharged aufnahme entlassung visit born");
        put(heads, IdentifierKind.ADDRESS, "address anschrift adresse street stra\u00DFe ort town city ville "
                + "wohnort plz zip "
                + "postcode rue house residence hausnummer domicile");
        put(heads, IdentifierKind.OTHER_ID, "env envelope ticket locker badge invoice key "
                + "token bib barcode receipt beleg staff operator agent user login username tag seal booking docket "
                + "lfd lfdnr rechnung auftrag personalnummer membership");
        put(heads, IdentifierKind.PHONE, "phone tel telephone telefon mobile mobil handy cell t\u00E9l "
                + "t\u00E9l\u00E9phone "
                + "portable home work telefonnummer ext extension durchwahl bleep pager beeper funk");
        put(heads, IdentifierKind.FAX, "fax telefax t\u00E9l\u00E9copie");
        put(heads, IdentifierKind.EMAIL, "email e-mail mail courriel");
        put(heads, IdentifierKind.SSN, "ssn");
        put(heads, IdentifierKind.MRN, "mrn record chart patientennummer ipp pid");
        put(heads, IdentifierKind.HEALTH_PLAN, "policy insurance versichertennummer police");
        put(heads, IdentifierKind.ACCOUNT, "account acct konto compte customer kunde client");
        put(heads, IdentifierKind.IBAN, "iban");
        put(heads, IdentifierKind.LICENSE, "license licence passport reisepass ausweis f\u00FChrerschein permis");
        put(heads, IdentifierKind.VEHICLE, "vin plate kennzeichen plaque immatriculation fin");
        put(heads, IdentifierKind.DEVICE, "serial seriennummer imei mac device ger\u00E4t s/n");
        put(heads, IdentifierKind.IP, "ip");
        put(heads, IdentifierKind.AGE, "age alter \u00E2ge");
        put(heads, IdentifierKind.NATIONAL_ID, "npi nhs steuer-id nir tin");
        return Map.copyOf(heads);
    }

    private static void put(Map<String, IdentifierKind> heads, IdentifierKind kind, String words) {
        for (String word : words.split(" ")) {
            heads.putIfAbsent(word, kind);
        }
    }

    void find() {
        Heads heads = null;
        int separator = 0;
        int from = 0;
        while (from < text.length()) {
            int to = text.indexOf('\n', from);
            to = to < 0 ? text.length() : to;
            if (heads != null) {
                List<Cell> cells = to - from > LINE_CHARS_MAX ? List.of() : cells(from, to, separator);
                cells = separator == ',' ? merged(heads.kinds(), cells) : cells;
                boolean full = cells.size() == heads.kinds().length;
                boolean values = !cells.isEmpty() && isValues(heads, cells);
                if (full && values && !heads.sparse()) {
                    row(heads.kinds(), cells);
                } else {
                    heads = values && separator == ' ' && below(heads, from, cells) ? heads : null;
                }
            }
            if (heads == null && to - from <= LINE_CHARS_MAX) {
                separator = separator(from, to);
                heads = separator == 0 ? null : heads(from, cells(from, to, separator), separator);
            }
            from = to + 1;
        }
    }

    /** Cells with those of an address as one, where commas in it make more of them than there are heads. */
    private static List<Cell> merged(IdentifierKind[] kinds, List<Cell> cells) {
        int more = cells.size() - kinds.length;
        int at = Arrays.asList(kinds).indexOf(IdentifierKind.ADDRESS);
        if (more < 1 || more > COMMAS_MAX || at < 0) {
            return cells;
        }
        List<Cell> merged = new ArrayList<>(cells.subList(0, at));
        merged.add(new Cell(cells.get(at).from(), cells.get(at + more).to()));
        merged.addAll(cells.subList(at + more + 1, cells.size()));
        return merged;
    }

    /** Whether none of the cells below known heads is a head itself. */
    private boolean isValues(Heads heads, List<Cell> cells) {
        int headed = 0;
        for (int i = 0; i < cells.size(); i++) {
            boolean known = i < heads.kinds().length && heads.kinds()[i] != null;
            Cell cell = cells.get(i);
            headed += known && cell.to() - cell.from() <= HEAD_CHARS_MAX && isHead(cell) ? 1 : 0;
        }
        return headed == 0;
    }

    /** A head, and no name of a town with such a word: the word is the last of it or all. */
    private boolean isHead(Cell cell) {
        String written = LetterCase.lower(text.substring(cell.from(), cell.to()));
        return head(cell) != null && (written.indexOf(' ') < 0 || !written.endsWith(" city"));
    }

    /** Forms: a value stands right below its head, column by column, whatever else the line lacks. */
    private boolean below(Heads heads, int lineFrom, List<Cell> cells) {
        int before = found.size();
        for (Cell cell : cells) {
            for (int i = 0; i < heads.kinds().length; i++) {
                if (Math.abs(cell.from() - lineFrom - heads.offsets()[i]) <= 1) {
                    row(new IdentifierKind[] {heads.kinds()[i]}, List.of(cell));
                }
            }
        }
        return found.size() > before;
    }

    /** What splits a line into cells; 0 where nothing does, a space for two and more of them. */
    private int separator(int from, int to) {
        int commas = 0;
        int wide = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '|' || c == '\t' || c == ';') {
                return c;
            }
            if (c == ':' || c >= '0' && c <= '9' && !isNumbering(i, from, to)) {
                return 0;
            }
            commas += c == ',' ? 1 : 0;
            wide += c == ' ' && i + 1 < to && text.charAt(i + 1) == ' ' ? 1 : 0;
        }
        return commas > 1 ? ',' : wide > 0 ? ' ' : 0;
    }

    /** A digit of a head: {@code address_1}, {@code phone2}, {@code 11. POLICY}, {@code 1a. NAME}. */
    private boolean isNumbering(int at, int from, int to) {
        char before = at > from ? text.charAt(at - 1) : ' ';
        if (Character.isLetter(before) || before == '_') {
            return true;
        }
        int end = at;
        while (end < to && end - at < 3 && Character.isLetterOrDigit(text.charAt(end))) {
            end++;
        }
        return end + 1 < to && text.charAt(end) == '.' && text.charAt(end + 1) == ' '
                && (before == ' ' || Character.isDigit(before));
    }

    private List<Cell> cells(int from, int to, int separator) {
        List<Cell> cells = new ArrayList<>();
        int at = from;
        boolean quoted = false;
        for (int i = from; i <= to && cells.size() <= CELLS_MAX; i++) {
            boolean wide = separator == ' ' && i + 1 < to && text.charAt(i) == ' ' && text.charAt(i + 1) == ' ';
            quoted ^= i < to && separator == ',' && text.charAt(i) == '"';
            if (i == to || wide || separator != ' ' && !quoted && text.charAt(i) == separator) {
                Cell cell = stripped(at, i);
                if (separator != ' ' || cell.to() > cell.from()) {
                    cells.add(cell);
                }
                at = i + 1;
            }
        }
        return cells;
    }

    private Cell stripped(int from, int to) {
        while (from < to && (Runs.isBlank(text.charAt(from)) || text.charAt(from) == '"')) {
            from++;
        }
        while (to > from && (Runs.isBlank(text.charAt(to - 1)) || text.charAt(to - 1) == '"')) {
            to--;
        }
        return new Cell(from, to);
    }

    /** The kinds of the columns; null where the line is none of heads. */
    private Heads heads(int lineFrom, List<Cell> cells, int separator) {
        if (cells.size() < 2 || cells.size() > CELLS_MAX) {
            return null;
        }
        IdentifierKind[] kinds = new IdentifierKind[cells.size()];
        int[] offsets = new int[cells.size()];
        int known = 0;
        boolean numbered = false;
        for (int i = 0; i < kinds.length; i++) {
            Cell cell = cells.get(i);
            offsets[i] = cell.from() - lineFrom;
            if (cell.to() - cell.from() > HEAD_CHARS_MAX) {
                if (separator != ' ') {
                    return null;
                }
                continue;
            }
            kinds[i] = head(cell);
            known += kinds[i] == null ? 0 : 1;
            numbered |= kinds[i] != null && NUMBERED.contains(kinds[i]);
        }
        boolean drawn = separator == '|' || separator == '\t';
        boolean sparse = known < (drawn && kinds.length > 2 ? 1 : 2);
        return known > 0 && (!sparse || separator == ' ' && numbered) ? new Heads(kinds, offsets, sparse) : null;
    }

    private IdentifierKind head(Cell cell) {
        IdentifierKind kind = null;
        boolean number = false;
        String written = text.substring(cell.from(), cell.to());
        String head = LetterCase.lower(written);
        for (String word : head.split("[\\s_.()]+")) {
            if (NumberWords.isCount(word) && !HEADS.containsKey(word)) {
                return null;
            }
            number |= NUMBERS.contains(word);
            IdentifierKind named = HEADS.get(word);
            kind = named == null ? kind : named;
            if (kind == null || kind == IdentifierKind.NAME && number) {
                IdentifierKind stem = NumberWords.kindOf(word);
                kind = stem == null ? kind : stem;
            }
        }
        if (kind == null && written.indexOf(' ') < 0) {
            kind = KeyTable.of(written);
        }
        if (number && (kind == null || kind == IdentifierKind.NAME)) {
            return kind == null ? IdentifierKind.OTHER_ID : IdentifierKind.MRN;
        }
        return kind;
    }

    private void row(IdentifierKind[] columns, List<Cell> cells) {
        for (int i = 0; i < columns.length; i++) {
            Cell cell = cells.get(i);
            int length = cell.to() - cell.from();
            if (columns[i] == null || length == 0 || length > CELL_CHARS_MAX) {
                continue;
            }
            int digits = 0;
            int letters = 0;
            for (int at = cell.from(); at < cell.to(); at++) {
                digits += Character.isDigit(text.charAt(at)) ? 1 : 0;
                letters += Character.isLetter(text.charAt(at)) ? 1 : 0;
            }
            boolean fits = switch (columns[i]) {
                case NAME -> digits == 0 && letters > 1 && isName(cell);
                case ADDRESS -> letters + digits > 2;
                case DATE -> digits > 1;
                case EMAIL, IP -> false;
                case VEHICLE -> digits > 0;
                case AGE -> length <= 4 && digits > 1 && isOld(cell);
                default -> digits > 2 && letters <= 2 * digits;
            };
            if (fits) {
                found.add(new Finding(columns[i], cell.from(), cell.to(), columns[i] == IdentifierKind.NAME ? 0.8
                        : 0.86));
            }
        }
    }

    private boolean isOld(Cell cell) {
        int age = 0;
        for (int i = cell.from(); i < cell.to() && Character.isDigit(text.charAt(i)); i++) {
            age = age * 10 + Character.digit(text.charAt(i), 10);
        }
        return age >= AGE_MIN && age < AGE_MIN + 30;
    }

    /** Few words, the first with a capital, none that begins no name. */
    private boolean isName(Cell cell) {
        int first = runs.runAt(cell.from());
        int run = first;
        while (run < runs.count() && runs.from(run) < cell.to()) {
            boolean stop = NameWords.STOP.contains(runs.lower(run)) && !NameWords.PARTICLES.contains(runs.lower(run));
            if (!runs.isWord(run) || stop || NameWords.ORGANISATIONS.contains(
                    runs.lower(run))) {
                return false;
            }
            run++;
        }
        return run - first <= NAME_WORDS_MAX && run > first && (lower || runs.isCapitalised(first));
    }
}
