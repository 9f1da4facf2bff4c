package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.netpreserve.jwarc.HttpResponse;
import org.netpreserve.jwarc.ParsingException;
import org.netpreserve.jwarc.WarcConversion;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;
import org.netpreserve.jwarc.WarcResource;
import org.netpreserve.jwarc.WarcResponse;
import org.netpreserve.jwarc.WarcTargetRecord;
import quern.ingest.Unreadable;

/**
 * The pages of a web archive (WARC 1.0 and 1.1; WET): answers with status 200 to 299, resources and conversions, each
 * with fields {@code url} and {@code date}. Records about the crawl are passed over. Nothing is fetched.
 */
final class WarcEntries implements Entries {

    private static final int OK_FROM = 200;
    private static final int OK_TO = 299;

    private final WarcReader reader;
    private final String archive;
    private final Manner manner;

    WarcEntries(InputStream input, String archive, Manner manner) throws IOException {
        this.reader = new WarcReader(input);
        this.archive = archive;
        this.manner = manner;
    }

    @Override
    public Entry next() throws IOException {
        try {
            while (true) {
                Optional<WarcRecord> record = reader.next();
                if (record.isEmpty()) {
                    return null;
                } else if (record.get() instanceof WarcResponse || record.get() instanceof WarcResource
                        || record.get() instanceof WarcConversion) {
                    return entry((WarcTargetRecord) record.get());
                }
            }
        } catch (ParsingException | IllegalArgumentException e) {
            throw new Unreadable("damaged WARC record");
        }
    }

    private Entry entry(WarcTargetRecord record) throws IOException {
        String url = record.target();
        InputStream content;
        String type;
        if (record instanceof WarcResponse response) {
            if (url == null || !url.startsWith("http")) {
                return Entry.refused("", "WARC record of another protocol than HTTP");
            }
            HttpResponse http;
            try {
                http = response.http();
                type = http.headers().first("Content-Type").orElse("");
                content = http.bodyDecoded().stream();
            } catch (IOException | IllegalArgumentException e) {
                return Entry.refused("", "WARC record without a readable HTTP answer");
            }
            if (http.status() < OK_FROM || http.status() > OK_TO) {
                return Entry.refused("", "HTTP answer that is no page");
            }
        } else {
            type = record.headers().first("Content-Type").orElse("");
            content = record.body().stream();
        }
        String name = url == null ? "" : url.replaceFirst("[?#].*$", "").replaceFirst("^[a-z]+://[^/]*", "");
        ObjectNode fields = EntryNames.fields(archive, name, manner);
        fields.remove("file");
        fields.put("url", url).put("date", record.date().toString());
        return new Entry(name, type, new ZipEntries.Unclosed(content), fields, null);
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
