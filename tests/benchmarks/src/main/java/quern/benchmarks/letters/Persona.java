package quern.benchmarks.letters;

import java.time.LocalDate;
import java.util.Random;

/** Somebody who does not exist. */
record Persona(
        String first, String last, String doctorFirst, String doctorLast, String relativeFirst, LocalDate birth,
        LocalDate visit, boolean german) {

    static Persona make(String[] firsts, String[] lasts, Random random, boolean german) {
        LocalDate visit = LocalDate.of(2009, 1, 1).plusDays(random.nextInt(5800));
        LocalDate birth = visit.minusDays(7000 + random.nextInt(25000));
        return new Persona(pick(firsts, random), pick(lasts, random), pick(firsts, random), pick(lasts, random),
                pick(firsts, random), birth, visit, german);
    }

    static <T> T pick(T[] items, Random random) {
        return items[random.nextInt(items.length)];
    }

    /** A day soon after the visit. */
    LocalDate later(Random random) {
        return visit.plusDays(1 + random.nextInt(90));
    }
}
