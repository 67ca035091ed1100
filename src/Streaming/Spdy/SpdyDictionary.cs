using System.Buffers.Binary;
using System.Text;

namespace ControlPlane.Streaming.Spdy;

/// <summary>The text that both sides of SPDY/3 take as already sent when they compress headers (draft-mbelshe-httpbis-spdy-00, section 2.6.10.1).</summary>
internal static class SpdyDictionary
{
    // Each stands with its length before it, as names and values do in a block of headers.
    private const string Words =
        "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection "
        + "content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host "
        + "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization "
        + "range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 "
        + "url public set-cookie keep-alive origin";

    private const string Tail =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
        + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error"
        + "501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
        + "charset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    /// <summary>The dictionary's bytes.</summary>
    public static byte[] Bytes { get; } = Build();

    private static byte[] Build()
    {
        var all = new MemoryStream();
        foreach (var word in Words.Split(' '))
        {
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            all.Write(length);
            all.Write(Encoding.ASCII.GetBytes(word.Replace('_', ' ')));
        }
        all.Write(Encoding.ASCII.GetBytes(Tail));
        return all.ToArray();
    }
}
