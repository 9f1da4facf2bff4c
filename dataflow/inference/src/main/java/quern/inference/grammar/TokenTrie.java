package quern.inference.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import quern.config.QuernException;
import quern.inference.tokenizer.Tokenizer;

/**
 * The tokens of a vocabulary by what they stand for, as a prefix tree in preorder: node 0 is the root, a node's subtree
 * follows it up to {@link #behind}. Immutable, for any thread.
 */
public final class TokenTrie {

    private static final int TOKEN_SYMBOLS_MAX = 1 << 12;

    private final short[][] symbols;
    private final BitSet ends;
    private final short[] symbol;
    private final short[] depth;
    private final int[] behind;
    private final int[] tokensFrom;
    private final int[] tokens;
    private final int deepest;
    private int nodes;
    private int listed;

    /**
     * @param markers control tokens, as they are written, that a grammar may ask for; the i-th is symbol
     *     {@link Grammar#MARKER} + i
     */
    public static TokenTrie of(Tokenizer tokenizer, List<String> markers) {
        if (Grammar.MARKER + markers.size() > Grammar.SYMBOLS) {
            throw new QuernException(QuernException.Category.ERROR, markers.size() + " markers, at most "
                    + (Grammar.SYMBOLS - Grammar.MARKER));
        }
        short[][] symbols = new short[tokenizer.vocabularySize()][];
        BitSet ends = new BitSet();
        tokenizer.endTokens().forEach(ends::set);
        for (int id = 0; id < symbols.length; id++) {
            int marker = tokenizer.isControl(id) && !ends.get(id) ? markers.indexOf(tokenizer.text(id)) : -1;
            byte[] bytes = tokenizer.isControl(id) ? new byte[0] : tokenizer.bytes(id);
            symbols[id] = new short[marker >= 0 ? 1 : Math.min(bytes.length, TOKEN_SYMBOLS_MAX)];
            for (int i = 0; i < symbols[id].length; i++) {
                symbols[id][i] = (short) (marker >= 0 ? Grammar.MARKER + marker : bytes[i] & 0xff);
            }
        }
        return new TokenTrie(symbols, ends);
    }

    private TokenTrie(short[][] symbols, BitSet ends) {
        this.symbols = symbols;
        this.ends = ends;
        List<Integer> ids = new ArrayList<>();
        int size = 1;
        int longest = 0;
        for (int id = 0; id < symbols.length; id++) {
            if (symbols[id].length > 0 && !ends.get(id)) {
                ids.add(id);
                size += symbols[id].length;
                longest = Math.max(longest, symbols[id].length);
            }
        }
        ids.sort((a, b) -> {
            int order = Arrays.compare(symbols[a], symbols[b]);
            return order != 0 ? order : Integer.compare(a, b);
        });
        this.deepest = longest;
        short[] nodeSymbol = new short[size];
        short[] nodeDepth = new short[size];
        int[] nodeBehind = new int[size];
        int[] nodeTokens = new int[size + 1];
        this.tokens = new int[ids.size()];
        int[] path = new int[longest + 1];
        short[] before = {};
        nodes = 1;
        for (int id : ids) {
            short[] text = symbols[id];
            int shared = Arrays.mismatch(before, text);
            shared = shared < 0 ? text.length : Math.min(shared, before.length);
            for (int d = shared; d < before.length; d++) {
                nodeBehind[path[d + 1]] = nodes;
            }
            for (int d = shared; d < text.length; d++) {
                path[d + 1] = nodes;
                nodeSymbol[nodes] = text[d];
                nodeDepth[nodes] = (short) (d + 1);
                nodeTokens[nodes] = listed;
                nodes++;
            }
            tokens[listed++] = id;
            before = text;
        }
        for (int d = 0; d < before.length; d++) {
            nodeBehind[path[d + 1]] = nodes;
        }
        nodeBehind[0] = nodes;
        nodeTokens[nodes] = listed;
        this.symbol = Arrays.copyOf(nodeSymbol, nodes);
        this.depth = Arrays.copyOf(nodeDepth, nodes);
        this.behind = Arrays.copyOf(nodeBehind, nodes);
        this.tokensFrom = Arrays.copyOf(nodeTokens, nodes + 1);
    }

    /** Tokens there are. */
    public int vocabulary() {
        return symbols.length;
    }

    /** Tokens that end an answer. */
    BitSet ends() {
        return ends;
    }

    /** What a token stands for; nothing for control tokens. */
    short[] symbols(int token) {
        return symbols[token];
    }

    /** Length of the longest token, in symbols. */
    int deepest() {
        return deepest;
    }

    int symbol(int node) {
        return symbol[node];
    }

    int depth(int node) {
        return depth[node];
    }

    /** The first node that is not below this one. */
    int behind(int node) {
        return behind[node];
    }

    /** Adds the tokens that stand for exactly the path to a node. */
    void collect(int node, BitSet out) {
        for (int i = tokensFrom[node]; i < tokensFrom[node + 1]; i++) {
            out.set(tokens[i]);
        }
    }
}
