package quern.curation.augment;

import java.util.SplittableRandom;

/** One way to change a text a little. */
public interface Augmentation {

    /** Name of the parameter that asks for it, {@code delete_random_word} for example. */
    String key();

    /**
     * The changed text; the same text where there is nothing to change. The same random numbers give the same text.
     */
    String once(String text, SplittableRandom random);
}
