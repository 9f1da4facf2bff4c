package quern.benchmarks.letters;

import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** American, British and German letters, each in another voice; every slot stays the same all through its letter. */
final class FreshStyles implements StyleSet {

    private static final String[] FIRSTS = {"a", "b", "c", "d", "e", "f", "g", "h", "k", "m", "n", "p", "r", "s", "t"};

    private static final List<Function<FreshAsk, Slot>> PARTS = List.of(
            FreshPeople::write, FreshPlaces::write, FreshDates::write, FreshNumbers::write, FreshChecked::write,
            FreshOnline::write, FreshTraps::write);

    @Override
    public String resource() {
        return "fresh.txt";
    }

    @Override
    public Slot write(String slot, Persona persona, Random random) {
        FreshAsk ask = FreshAsk.of(slot, persona, random);
        for (Function<FreshAsk, Slot> part : PARTS) {
            Slot written = part.apply(ask);
            if (written != null) {
                return written;
            }
        }
        return null;
    }

    @Override
    public String[] negatives() {
        return FreshTraps.LINES;
    }

    /** The names are no names but a seed: {@link FreshPeople} names people by the land of the letter. */
    @Override
    public Persona persona(Random random) {
        return Persona.make(FIRSTS, FIRSTS, random, false);
    }
}
