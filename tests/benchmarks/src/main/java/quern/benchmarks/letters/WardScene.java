package quern.benchmarks.letters;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The people, places, days and numbers of one letter: what is named twice is the same both times. */
final class WardScene {

    /**
     * {@code {name#2:form}} is the second of that name, {@code {v+10:form}} ten days after the day of the letter,
     * {@code {=kind=text}} always the same text, {@code {!kind!pattern;pattern}} each time another of those patterns;
     * an underscore in them is a blank.
     */
    private static final Pattern SLOT = Pattern.compile("([a-z_0-9]+)([+-]\\d+)?(#\\d)?(?::(\\w+))?");
    private static final Map<String, String[]> NAMES = WardText.lists("ward-names.txt");
    private static final String[] AGES = {"ninety", "ninety-one", "ninety-two", "ninety-three", "ninety-four",
        "ninety-five", "ninety-six", "ninety-seven", "ninety-eight", "ninety-nine"};

    final WardText text;
    final Random random;
    final WardLand land;
    final LocalDate visit;
    private final WardCalendar calendar;
    private final Map<String, WardPerson> people = new HashMap<>();
    private final Map<String, String> origins = new HashMap<>();
    private final Map<String, WardPlace> places = new HashMap<>();
    private final Map<String, String> written = new HashMap<>();

    WardScene(WardText text, Random random) {
        this.text = text;
        this.random = random;
        this.land = text.land();
        this.visit = LocalDate.of(2012, 1, 3).plusDays(random.nextInt(4900));
        this.calendar = WardCalendar.of(land, random);
    }

    /** What stands in place of a slot; the kind is null for what identifies nobody. */
    StyleSet.Slot write(String slot) {
        if (slot.startsWith("=")) {
            String[] fixed = slot.split("=", 3);
            return new StyleSet.Slot(fixed[1], fixed[2].replace('_', ' '));
        }
        if (slot.startsWith("!")) {
            String[] kind = slot.split("!", 3);
            return new StyleSet.Slot(kind[1], WardDigits.any(random, kind[2].split(";")).replace('_', ' '));
        }
        Matcher parts = SLOT.matcher(slot);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text.title() + ": no slot {" + slot + "}");
        }
        String name = parts.group(1);
        String which = parts.group(3) == null ? "" : parts.group(3);
        String form = parts.group(4) == null ? "" : parts.group(4);
        if (name.equals("v")) {
            int days = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
            return new StyleSet.Slot(form.equals("weekday") ? null : "date",
                    calendar.write(visit.plusDays(days), form));
        }
        if (name.length() == 1) {
            return person(person(name + which), form);
        }
        if (name.equals("born")) {
            String role = which.isEmpty() ? "p" : "q";
            return new StyleSet.Slot("date", calendar.write(person(role).born(), form));
        }
        StyleSet.Slot part = place(which).part(name);
        if (part != null) {
            return part;
        }
        WardSlots.Entry entry = WardSlots.of(name);
        if (entry == null) {
            throw new IllegalArgumentException(text.title() + ": no slot {" + slot + "}");
        }
        if (!written.containsKey(slot)) {
            written.put(slot, entry.maker().make(this, form));
        }
        return new StyleSet.Slot(entry.kind(), written.get(slot));
    }

    private StyleSet.Slot person(WardPerson person, String form) {
        int age = person.age(visit);
        if (form.equals("age")) {
            return new StyleSet.Slot(age > 89 ? "age" : null, String.valueOf(age));
        }
        if (form.equals("aged")) {
            return new StyleSet.Slot(age > 89 ? "age" : null,
                    age > 89 && age < 100 ? AGES[age - 90] : String.valueOf(age));
        }
        String word = person.word(form);
        return word != null ? new StyleSet.Slot(null, word) : new StyleSet.Slot("name", person.name(form));
    }

    /**
     * @param role {@code p} and {@code q} are whom the letter is about, {@code r} a relative of p, mostly of the same
     *     name, w a woman, x and y men, any other letter somebody at work
     */
    WardPerson person(String role) {
        if (!people.containsKey(role)) {
            people.put(role, make(role));
        }
        return people.get(role);
    }

    private WardPerson make(String role) {
        boolean kin = role.equals("r") && random.nextInt(10) < 7;
        WardPerson patient = kin ? person("p") : null;
        String origin = kin ? origins.get("p") : land.origin(random);
        origins.put(role, origin);
        boolean female = role.startsWith("w") || role.equals("p") && text.is("female")
                || random.nextBoolean() && !role.equals("x") && !role.equals("y");
        String last = kin ? patient.last() : WardDigits.pick(random, NAMES.get(origin + " last"));
        String first = WardDigits.pick(random, NAMES.get(origin + (female ? " f" : " m")));
        boolean hasMiddle = (land == WardLand.US || land == WardLand.CA) && random.nextInt(3) == 0;
        int days;
        if (role.equals("p") && text.is("old")) {
            days = 33_250 + random.nextInt(3_900);
        } else if (role.equals("p") && text.is("child")) {
            days = 2_350 + random.nextInt(1_500);
        } else {
            days = 8_100 + random.nextInt(22_000);
        }
        return new WardPerson(first, hasMiddle ? WardDigits.form(random, "@") : "", last, female,
                visit.minusDays(days));
    }

    WardPlace place(String which) {
        return places.computeIfAbsent(which, absent -> WardPlace.make(land, random));
    }
}
