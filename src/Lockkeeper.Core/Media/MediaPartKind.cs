namespace Lockkeeper.Core.Media;

/// <summary>By the name of the member that holds it.</summary>
internal enum MediaPartKind
{
    /// <summary><c>image_url</c></summary>
    Image,

    /// <summary><c>file</c></summary>
    File,

    /// <summary><c>audio_url</c> or <c>video_url</c>: some engines have them, and fetch what they name.</summary>
    Recording,

    /// <summary><c>image</c>, <c>video</c>, <c>audio</c>, <c>input_audio</c> or <c>url</c>: the content itself, or for some engines an address of it.</summary>
    Bare,
}
