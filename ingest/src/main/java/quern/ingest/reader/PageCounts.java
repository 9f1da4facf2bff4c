package quern.ingest.reader;

import java.util.List;

/**
 * The pages of a document; empty where a document has none.
 *
 * @param characters of each page's text, in order
 */
public record PageCounts(List<Integer> characters) {

    static final PageCounts NONE = new PageCounts(List.of());

    public PageCounts {
        characters = List.copyOf(characters);
    }

    public int pages() {
        return characters.size();
    }

    public int pagesWithoutText() {
        return (int) characters.stream().filter(count -> count == 0).count();
    }
}
