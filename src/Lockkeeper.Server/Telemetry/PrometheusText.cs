using System.Diagnostics.Metrics;
using System.Text;

namespace Lockkeeper.Server.Telemetry;

/// <summary>Collects what one meter measures, and writes it in Prometheus' text format 0.0.4.</summary>
internal sealed class PrometheusText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly List<PrometheusFamily> _families = [];

    /// <remarks>The meter's instruments have to exist already: they are shown in the order in which they were made.</remarks>
    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // By identity: another meter of the same name may live in this process.
            if (ReferenceEquals(instrument.Meter, meter))
            {
                var family = new PrometheusFamily(instrument);
                _families.Add(family);
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((PrometheusFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((PrometheusFamily)family!).Record(value, tags));
        _listener.Start();
        _families.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    public string Write()
    {
        foreach (var family in _families)
        {
            family.ForgetObserved();
        }

        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families)
        {
            family.WriteTo(text);
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
