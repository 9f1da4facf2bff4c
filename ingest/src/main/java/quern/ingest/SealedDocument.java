package quern.ingest;

import java.io.IOException;
import java.io.InputStream;
import quern.kv.vault.Seal;
import quern.kv.vault.SealBroken;
import quern.kv.vault.SealedInput;

/** A sealed document's bytes; {@link DocumentDamaged} where they are not what was sealed. */
final class SealedDocument extends InputStream {

    private final SealedInput opened;
    private final String where;

    SealedDocument(InputStream stored, DocumentId id, Seal seal) {
        super();
        where = "document " + id;
        opened = new SealedInput(stored, seal, Frame.context(Frame.BODY, id), where);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        try {
            return opened.read(into, from, length);
        } catch (SealBroken e) {
            throw new DocumentDamaged(where, e);
        }
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
