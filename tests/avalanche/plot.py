"""Draws the rows of measure.py as SVG."""
import math

WIDTH, HEIGHT, LEFT, TOP, GAP = 460, 260, 70, 50, 90
COLOURS = {"served": "#1b7837", "shed": "#b35806", "off": "#888888"}


class Panel:
    """One pair of axes."""

    def __init__(self, x, title, most_x, y_ticks, place_y):
        self.x, self.most_x, self.place_y = x, most_x, place_y
        self.parts = [
            f'<text x="{x}" y="{TOP - 18}" font-weight="bold">{title}</text>',
            f'<rect x="{x}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#444"/>',
            f'<text x="{x + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">REGISTERs offered, 1000/s</text>',
        ]
        for tick in range(0, int(most_x / 1000) + 1, 20):
            at = self.at_x(1000 * tick)
            self.parts.append(f'<text x="{at:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{tick}</text>')
        for value, label in y_ticks:
            at = self.at_y(value)
            self.parts.append(f'<path d="M{x} {at:.1f}h{WIDTH}" stroke="#ddd"/>')
            self.parts.append(f'<text x="{x - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')

    def at_x(self, value):
        return self.x + WIDTH * value / self.most_x

    def at_y(self, value):
        return TOP + HEIGHT * (1 - self.place_y(value))

    def line(self, points, colour, label, dashed=False, legend=0):
        path = " ".join(f"{self.at_x(x):.1f},{self.at_y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>')
        y = TOP + 20 + 18 * legend
        self.parts.append(f'<path d="M{self.x + 12} {y - 4}h26" stroke="{colour}" stroke-width="2.5"{dash}/>')
        self.parts.append(f'<text x="{self.x + 46}" y="{y}">{label}</text>')


def points(rows, control, key):
    return [(row["offered"], row[key]) for row in rows if row["control"] == control]


def draw(rows):
    most = max(row["offered"] for row in rows)
    rates = Panel(
        LEFT,
        "Answered, 1000/s",
        most,
        [(1000 * tick, tick) for tick in range(0, int(most / 1000) + 1, 20)],
        lambda value: value / most,
    )
    rates.line(points(rows, "on", "served"), COLOURS["served"], "200, overload control on")
    rates.line(points(rows, "on", "shed"), COLOURS["shed"], "503, overload control on", legend=1)
    rates.line(points(rows, "off", "served"), COLOURS["off"], "200, overload control off", dashed=True, legend=2)
    decades = [0.1, 1, 10, 100, 1000, 10_000]
    latency = Panel(
        LEFT + WIDTH + GAP,
        "Requests in dialogs: p99 of the latency, ms",
        most,
        [(value, f"{value:g}") for value in decades],
        lambda value: math.log10(max(value, decades[0]) / decades[0]) / math.log10(decades[-1] / decades[0]),
    )
    latency.line(points(rows, "on", "dialog_p99_ms"), COLOURS["served"], "overload control on")
    latency.line(points(rows, "off", "dialog_p99_ms"), COLOURS["off"], "overload control off", dashed=True, legend=1)
    width, height = LEFT + 2 * WIDTH + GAP + 20, TOP + HEIGHT + 55
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
            f'font-size="13">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *rates.parts,
            *latency.parts,
            "</svg>",
            "",
        ]
    )
