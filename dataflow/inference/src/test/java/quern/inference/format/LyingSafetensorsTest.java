package quern.inference.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LyingSafetensorsTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "no JSON; not json at all",
        "expected START_OBJECT; []",
        "goes on; {} {}",
        "is no JSON; {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],"
                + "'data_offsets':[0,8]}}",
        "type F64; {'a':{'dtype':'F64','shape':[1],'data_offsets':[0,8]}}",
        "type I64; {'a':{'dtype':'I64','shape':[1],'data_offsets':[0,8]}}",
        "expected 8; {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,16]}}",
        "has 8 bytes; {'a':{'dtype':'F32','shape':[4],'data_offsets':[0,8]}}",
        "end up to 8; {'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}",
        "start at 0; {'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
        "start at 4; {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[2],"
                + "'data_offsets':[0,8]}}",
        "its tensors 4; {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
        "has -8 bytes; {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}",
        "among its numbers; {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}",
        "among its numbers; {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}}",
        "rows; {'a':{'dtype':'F32','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,8]}}",
        "0 rows; {'a':{'dtype':'F32','shape':[0,2],'data_offsets':[0,0]}}",
        "VALUE_NUMBER_FLOAT; {'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}",
        "lacks; {'a':{'dtype':'F32','shape':[2]}}",
        "field code; {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'code':1}}",
    })
    void shouldRefuseAndSay(String part, String header) throws Exception {
        byte[] file = file(header.replace('\'', '"'));
        var refused = assertThrows(ModelFormatException.class, () -> read(file));
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
        assertTrue(Mutations.isRefused(file, LyingSafetensorsTest::read, part));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 7, 1 << 24, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE})
    void shouldRefuseWhenHeaderLengthIs(long length) throws Exception {
        byte[] file = file("{}");
        Mutations.number(file, 0, length, 8);
        assertTrue(Mutations.isRefused(file, LyingSafetensorsTest::read, "length " + length));
    }

    @Test
    void shouldReadWhenMetadataAndPaddingAreThere() {
        byte[] file = file("{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}   ");
        var tensors = SafetensorsReader.read(MemorySegment.ofArray(file), "good");
        assertEquals(2, tensors.get("a").rows());
    }

    private static void read(byte[] file) {
        SafetensorsReader.read(MemorySegment.ofArray(file), "lying");
    }

    private static byte[] file(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).array();
    }
}
