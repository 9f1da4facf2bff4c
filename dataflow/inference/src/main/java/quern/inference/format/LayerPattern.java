package quern.inference.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import quern.gpu.kernel.RopeTable;
import quern.inference.transformer.Traits.LayerKind;

/**
 * Which layers see how far and turn by which table.
 *
 * @param windowTokens of windowed layers, 0: none is
 * @param windowed asked for each layer when there is a window
 * @param ropeless layers that turn nothing
 * @param full table of the full layers
 * @param local table of the windowed ones
 */
record LayerPattern(
        int windowTokens, IntPredicate windowed, IntPredicate ropeless, RopeTable full, RopeTable local) {

    private static final int LAYERS_MAX = 1 << 12;

    /** One kind per layer; empty when all layers are full and turn. */
    List<LayerKind> kinds(int layers, String where) {
        if (layers < 1 || layers > LAYERS_MAX) {
            throw new ModelFormatException(where, layers + " layers, expected 1 to " + LAYERS_MAX);
        }
        List<LayerKind> kinds = new ArrayList<>();
        boolean plain = true;
        for (int i = 0; i < layers; i++) {
            boolean window = windowTokens > 0 && windowed.test(i);
            boolean turns = !ropeless.test(i);
            kinds.add(new LayerKind(window ? windowTokens : 0,
                    turns ? Optional.of(window ? local : full) : Optional.empty()));
            plain &= !window && turns;
        }
        return plain ? List.of() : List.copyOf(kinds);
    }
}
