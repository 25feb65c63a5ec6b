package dev.mesosshuffle.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mesosshuffle.testing.GoldenBytes;
import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;

class LengthValidatorTest {
    @Test
    void acceptsFieldsThatFillTheMessageExactly() throws Exception {
        LengthValidator validator = validator(
                "'app' 00000002 'a' '' 0000000000000001 00000001 0000000000000005 00000001 00000002 00000000 00000001 01");
        assertThat(validator.string("appId").strings("dirs")).isEqualTo(2);
        validator.skip("id", Long.BYTES);
        assertThat(validator.longs("mapIds")).isEqualTo(1);
        assertThat(validator.intArrays("reduceIds")).isEqualTo(new LengthValidator.IntArrays(1, 2, true, 44));
        assertThat(validator.bool("batch")).isTrue();
        assertFails(() -> validator.skip("next", 1), "next: 0 bytes left (expected: at least 1)");
    }

    @Test
    void leavesThePositionOfTheBufferAlone() throws Exception {
        ByteBuf bytes = GoldenBytes.bytes("ff 'app' 00");
        bytes.readByte();
        LengthValidator validator = new LengthValidator(bytes);
        validator.string("appId");
        assertThat(bytes.readerIndex()).isEqualTo(1);
        assertThat(validator.bool("batch")).isFalse();
    }

    @Test
    void rejectsAStringThatIsLongerThanTheRestOfTheMessage() throws Exception {
        validator("00000002 6162").string("appId");
        assertFails(
                () -> validator("00000003 6162").string("appId"),
                "length of appId: 3 (expected: 0 to 2 with 2 bytes left)");
    }

    @Test
    void rejectsANegativeLength() {
        assertFails(
                () -> validator("ffffffff 6162").string("appId"),
                "length of appId: -1 (expected: 0 to 2 with 2 bytes left)");
    }

    @Test
    void rejectsALengthThatIsCutOff() {
        assertFails(() -> validator("000000").string("appId"), "appId: 3 bytes left (expected: a 4-byte length)");
    }

    @Test
    void rejectsMoreStringsThanCanFollow() throws Exception {
        validator("00000002 00000000 00000000").strings("dirs");
        assertFails(
                () -> validator("00000003 00000000 00000000").strings("dirs"),
                "length of dirs: 3 (expected: 0 to 2 with 8 bytes left)");
    }

    @Test
    void rejectsAStringInAnArrayThatIsTooLong() {
        assertFails(
                () -> validator("00000002 00000001 61 00000001").strings("dirs"),
                "length of dirs: 1 (expected: 0 to 0 with 0 bytes left)");
    }

    @Test
    void rejectsMoreLongsThanCanFollow() throws Exception {
        assertThat(validator("00000001 0000000000000005").longs("mapIds")).isEqualTo(1);
        assertFails(
                () -> validator("00000002 0000000000000005").longs("mapIds"),
                "length of mapIds: 2 (expected: 0 to 1 with 8 bytes left)");
    }

    @Test
    void rejectsALengthWhoseSizeInBytesOverflows() {
        assertFails(
                () -> validator("20000000").longs("mapIds"),
                "length of mapIds: 536870912 (expected: 0 to 0 with 0 bytes left)");
        assertFails(
                () -> validator("00000001 40000000").intArrays("reduceIds"),
                "length of reduceIds: 1073741824 (expected: 0 to 0 with 0 bytes left)");
    }

    @Test
    void measuresArraysOfIntsWithoutAnObjectForEach() throws Exception {
        assertThat(validator("00000003 00000001 00000009 00000000 00000002 00000007 00000008")
                        .intArrays("reduceIds"))
                .isEqualTo(new LengthValidator.IntArrays(3, 3, false, 4));
        assertThat(validator("00000001 00000002 00000007 00000008").intArrays("reduceIds"))
                .isEqualTo(new LengthValidator.IntArrays(1, 2, true, 4));
        assertThat(validator("00000000").intArrays("reduceIds"))
                .isEqualTo(new LengthValidator.IntArrays(0, 0, true, 4));
    }

    @Test
    void rejectsAMissingBoolean() throws Exception {
        assertThat(validator("02").bool("batch")).isTrue();
        assertFails(() -> validator("").bool("batch"), "batch: 0 bytes left (expected: at least 1)");
    }

    private interface Validation {
        void run() throws MalformedMessageException;
    }

    private static LengthValidator validator(String golden) {
        return new LengthValidator(GoldenBytes.bytes(golden));
    }

    private static void assertFails(Validation validation, String message) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(validation::run)
                .withMessage(message);
    }
}
