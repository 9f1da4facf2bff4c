package quern.inference.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds added tokens written out in a text: leftmost first, of those that start together the longest. */
final class AddedTokens {

    /** A token found in a text, with the white space that belongs to it. */
    record Match(int token, int from, int to) {}

    private static final class Node {
        private final Map<Character, Node> children = new HashMap<>();
        private AddedToken token;
    }

    private final Node root = new Node();

    AddedTokens(List<AddedToken> tokens) {
        tokens.forEach(this::add);
    }

    private void add(AddedToken token) {
        if (token.text().isEmpty()) {
            return;
        }
        Node node = root;
        for (int i = 0; i < token.text().length(); i++) {
            node = node.children.computeIfAbsent(token.text().charAt(i), c -> new Node());
        }
        if (node.token == null) {
            node.token = token;
        }
    }

    /** The tokens written out in {@code text}, in order. */
    List<Match> find(PromptText text) {
        List<Match> matches = new ArrayList<>();
        if (root.children.isEmpty()) {
            return matches;
        }
        int free = 0;
        for (int at = 0; at < text.length(); ) {
            AddedToken token = longest(text, at);
            if (token == null) {
                at++;
                continue;
            }
            int end = at + token.text().length();
            if (!token.singleWord() || isSingle(text.text(), at, end)) {
                int from = token.leftStrip() ? stripLeft(text.text(), at, free) : at;
                int to = token.rightStrip() ? stripRight(text.text(), end) : end;
                matches.add(new Match(token.id(), Math.max(from, free), to));
                free = to;
                end = to;
            }
            at = end;
        }
        return matches;
    }

    private AddedToken longest(PromptText text, int start) {
        AddedToken longest = null;
        boolean content = false;
        Node node = root;
        for (int i = start; i < text.length(); i++) {
            content |= text.isContent(i);
            node = node.children.get(text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.token != null && (node.token.plain() || !content)) {
                longest = node.token;
            }
        }
        return longest;
    }

    private static boolean isSingle(String text, int from, int to) {
        return (from == 0 || !CodePoints.isWord(text.codePointBefore(from)))
                && (to == text.length() || !CodePoints.isWord(text.codePointAt(to)));
    }

    private static int stripLeft(String text, int from, int free) {
        int at = from;
        while (at > free && CodePoints.isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int stripRight(String text, int to) {
        int at = to;
        while (at < text.length() && CodePoints.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
