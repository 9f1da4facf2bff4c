package quern.benchmarks.letters;

import java.util.Random;

/** How one set of letters writes what it plants: names, forms of dates, numbers and addresses. */
interface StyleSet {

    /** Name of the resource with this set's letters. */
    String resource();

    /**
     * Writes one slot of a template for a person.
     *
     * @return null for a slot that this set does not know
     */
    Slot write(String slot, Persona persona, Random random);

    /** Lines that look like identifiers and are none. */
    String[] negatives();

    /** First and last names of this set. */
    Persona persona(Random random);

    /** @param kind null where the text identifies nobody */
    record Slot(String kind, String text) {}
}
