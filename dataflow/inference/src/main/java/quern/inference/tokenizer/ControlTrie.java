package quern.inference.tokenizer;

import java.util.HashMap;
import java.util.Map;

/** Finds added tokens written out in a text: leftmost first, of those that start together the longest. */
final class ControlTrie {

    /** A token found in a text. */
    record Match(int token, int from, int to) {}

    private static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private int token = -1;
    }

    private final Node root = new Node();

    void add(String text, int token) {
        if (text.isEmpty()) {
            return;
        }
        Node node = root;
        for (int i = 0; i < text.length(); i++) {
            node = node.children.computeIfAbsent(text.charAt(i), c -> new Node());
        }
        if (node.token < 0) {
            node.token = token;
        }
    }

    /** The next token written out in {@code text} from {@code from} on, null if there is none. */
    Match find(PromptText text, int from) {
        if (root.children.isEmpty()) {
            return null;
        }
        for (int start = from; start < text.length(); start++) {
            Match match = matchAt(text, start);
            if (match != null) {
                return match;
            }
        }
        return null;
    }

    private Match matchAt(PromptText text, int start) {
        Match longest = null;
        Node node = root;
        for (int i = start; i < text.length() && !text.isContent(i); i++) {
            node = node.children.get(text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.token >= 0) {
                longest = new Match(node.token, start, i + 1);
            }
        }
        return longest;
    }
}
