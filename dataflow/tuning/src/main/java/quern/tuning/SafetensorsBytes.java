package quern.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import quern.gpu.tensor.Rows;

/** A safetensors file of F32: header length, header in JSON padded to 8 bytes, little-endian numbers. */
final class SafetensorsBytes {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SafetensorsBytes() {}

    /** @param vectors names of those that have one dimension */
    static byte[] of(Map<String, Rows> tensors, Set<String> vectors) {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (Map.Entry<String, Rows> tensor : tensors.entrySet()) {
            Rows rows = tensor.getValue();
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "F32");
            ArrayNode shape = entry.putArray("shape");
            if (vectors.contains(tensor.getKey())) {
                shape.add(rows.values().length);
            } else {
                shape.add(rows.count()).add(rows.width());
            }
            long end = offset + 4L * rows.count() * rows.width();
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = padded(header);
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(8 + text.length + offset)).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(text.length).put(text);
        for (Rows rows : tensors.values()) {
            out.asFloatBuffer().put(rows.values());
            out.position(out.position() + 4 * rows.values().length);
        }
        return out.array();
    }

    private static byte[] padded(ObjectNode header) {
        try {
            byte[] text = JSON.writeValueAsBytes(header);
            byte[] padded = Arrays.copyOf(text, Math.ceilDiv(text.length, 8) * 8);
            Arrays.fill(padded, text.length, padded.length, (byte) ' ');
            return padded;
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a tree of plain values is always JSON", impossible);
        }
    }
}
