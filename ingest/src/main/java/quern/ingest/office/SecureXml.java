package quern.ingest.office;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import quern.ingest.TextDecoding;
import quern.ingest.Unreadable;

/**
 * A pull parser over one part that knows neither document types nor entities of their making, and opens nothing but its
 * stream. Names are local names: the prefixes of office files vary, their names do not collide where it matters.
 */
final class SecureXml implements AutoCloseable {

    private static final int DEPTH_MAX = 500;

    private final InputStream stream;
    private final XMLStreamReader reader;
    private int depth;

    SecureXml(InputStream stream) throws IOException {
        this.stream = stream;
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        // Ours is the one that counts, and it has a reason to give.
        factory.setProperty("jdk.xml.maxElementDepth", "0");
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("entity refused");
        });
        try {
            // Decoded here: the parser's own decoder prints about malformed bytes.
            reader = factory.createXMLStreamReader(decoded(stream));
        } catch (XMLStreamException e) {
            throw reason(e);
        }
    }

    /** XML in UTF-8, or in UTF-16 with the byte-order mark it must have then. */
    private static Reader decoded(InputStream stream) throws IOException {
        var input = new BufferedInputStream(stream);
        input.mark(4);
        byte[] head = input.readNBytes(3);
        input.reset();
        TextDecoding.Found found = TextDecoding.find(head, head.length, false);
        Charset charset = found.markBytes() == 2 ? found.charset() : StandardCharsets.UTF_8;
        input.skipNBytes(found.markBytes());
        return new InputStreamReader(input, charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT));
    }

    /** The next start, end or run of text as {@link XMLStreamConstants}; -1 at the end. */
    int next() throws IOException {
        try {
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        if (depth > DEPTH_MAX) {
                            throw new Unreadable("nested too deeply");
                        }
                        return XMLStreamConstants.START_ELEMENT;
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        return XMLStreamConstants.END_ELEMENT;
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                        return XMLStreamConstants.CHARACTERS;
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                        throw new Unreadable("office file with a document type");
                    default -> { }
                }
            }
            return -1;
        } catch (XMLStreamException e) {
            throw reason(e);
        }
    }

    private static IOException reason(XMLStreamException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return io;
            }
        }
        // The parser wraps what its stream throws in the nested exception only.
        return failure.getNestedException() instanceof IOException nested ? nested : new Unreadable("damaged XML");
    }

    String name() {
        return reader.getLocalName();
    }

    String text() {
        return reader.getText();
    }

    /** The value of an attribute of the element at hand, or null. */
    String attribute(String name) {
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            if (reader.getAttributeLocalName(i).equals(name)) {
                return reader.getAttributeValue(i);
            }
        }
        return null;
    }

    /** Passes over the element at hand with all in it. */
    void skip() throws IOException {
        int level = depth;
        while (depth >= level && next() >= 0) {
            continue;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
