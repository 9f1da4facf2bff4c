package quern.inference.packed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which stretches of a packed file are layers. Matrices are written in the order in which a pass needs them, so that
 * each layer is one stretch.
 *
 * @param layers in order, from the first on
 * @param others what belongs to no layer, matrix by matrix
 */
record LayerSpans(List<Span> layers, List<Span> others) {

    private static final Pattern LAYER = Pattern.compile("blk\\.(\\d{1,6})\\..*");

    /** From the file's first byte; {@code to} is behind the last one. */
    record Span(long from, long to) {

        long bytes() {
            return to - from;
        }
    }

    /** @throws PackedFileException if the layers are not one stretch each */
    static LayerSpans of(PackedDirectory directory) {
        Map<Integer, Span> byLayer = new TreeMap<>();
        List<Span> others = new ArrayList<>();
        int current = -1;
        for (PackedTensor tensor : directory.tensors()) {
            var own = new Span(tensor.at(), tensor.at() + tensor.bytes());
            int layer = layer(tensor.name());
            if (layer < 0) {
                others.add(own);
            } else if (layer == current) {
                byLayer.merge(layer, own, (a, b) -> new Span(a.from, b.to));
            } else if (byLayer.putIfAbsent(layer, own) != null) {
                throw new PackedFileException("layer " + layer + " is not in one piece");
            }
            current = layer;
        }
        for (int i = 0; i < byLayer.size(); i++) {
            if (!byLayer.containsKey(i)) {
                throw new PackedFileException("it has " + byLayer.size() + " layers, but none with number " + i);
            }
        }
        return new LayerSpans(List.copyOf(byLayer.values()), List.copyOf(others));
    }

    /** -1 where a matrix belongs to none. */
    static int layer(String tensor) {
        Matcher matcher = LAYER.matcher(tensor);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    long largestLayerBytes() {
        return layers.stream().mapToLong(Span::bytes).max().orElse(0);
    }

    long otherBytes() {
        return others.stream().mapToLong(Span::bytes).sum();
    }
}
