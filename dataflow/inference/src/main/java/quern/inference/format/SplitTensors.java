package quern.inference.format;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import quern.gpu.tensor.Tensor;
import quern.inference.transformer.ModelShape;
import quern.inference.transformer.Traits.Experts;

/**
 * Files that keep several matrices in one, seen as files that do not: {@code attn_qkv} as {@code attn_q},
 * {@code attn_k} and {@code attn_v}; {@code ffn_up} of twice the width, where there is no {@code ffn_gate}, as
 * {@code ffn_gate} and {@code ffn_up}; {@code ffn_gate_exps} (up, down alike) as {@code ffn_gate.0},
 * {@code ffn_gate.1}, ... Views, nothing is copied. One of unexpected size stays as it is.
 */
final class SplitTensors {

    private final Map<String, Tensor> tensors;
    private final ModelShape shape;
    private final Map<String, Tensor> split = new LinkedHashMap<>();

    private SplitTensors(Map<String, Tensor> tensors, ModelShape shape) {
        this.tensors = tensors;
        this.shape = shape;
    }

    static Map<String, Tensor> of(Map<String, Tensor> tensors, ModelShape shape) {
        SplitTensors splitting = new SplitTensors(tensors, shape);
        tensors.values().forEach(splitting::add);
        return splitting.split;
    }

    private void add(Tensor tensor) {
        String name = tensor.name();
        Optional<Experts> experts = shape.traits().experts();
        if (name.contains(".attn_qkv.")) {
            int keys = shape.kvHeads() * shape.headSize();
            add(tensor, new String[] {name.replace("qkv", "q"), name.replace("qkv", "k"), name.replace("qkv", "v")},
                    shape.heads() * shape.headSize(), keys, keys);
        } else if (name.endsWith(".ffn_up.weight") && !tensors.containsKey(name.replace("ffn_up", "ffn_gate"))) {
            add(tensor, new String[] {name.replace("ffn_up", "ffn_gate"), name},
                    shape.feedForward(), shape.feedForward());
        } else if (name.endsWith("_exps.weight") && experts.isPresent()) {
            addExperts(tensor, experts.get());
        } else {
            split.put(name, tensor);
        }
    }

    private void addExperts(Tensor tensor, Experts experts) {
        boolean down = tensor.name().endsWith("ffn_down_exps.weight");
        int rows = down ? shape.hidden() : experts.feedForward();
        if (tensor.rows() != (long) rows * experts.count()) {
            split.put(tensor.name(), tensor);
            return;
        }
        String stem = tensor.name().substring(0, tensor.name().length() - "_exps.weight".length());
        for (int i = 0; i < experts.count(); i++) {
            put(tensor, stem + "." + i + ".weight", i * rows, rows);
        }
    }

    private void add(Tensor tensor, String[] names, int... sizes) {
        boolean vector = tensor.name().endsWith(".bias");
        long total = 0;
        for (int size : sizes) {
            total += size;
        }
        if (total != (vector ? tensor.columns() : tensor.rows())) {
            split.put(tensor.name(), tensor);
            return;
        }
        int from = 0;
        for (int i = 0; i < names.length; i++) {
            if (vector) {
                long bytes = tensor.type().bytesOf(sizes[i]);
                split.put(names[i], new Tensor(names[i], tensor.type(), 1, sizes[i],
                        tensor.bytes().asSlice(tensor.type().bytesOf(from), bytes)));
            } else {
                put(tensor, names[i], from, sizes[i]);
            }
            from += sizes[i];
        }
    }

    private void put(Tensor tensor, String name, int from, int rows) {
        long rowBytes = tensor.type().bytesOf(tensor.columns());
        split.put(name, new Tensor(name, tensor.type(), rows, tensor.columns(),
                tensor.bytes().asSlice(from * rowBytes, rows * rowBytes)));
    }
}
