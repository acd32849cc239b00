# report.awk - figures to Markdown: scenario, peer, round, figure, value, separated by tabs.
# Per scenario a table of medians, and one of ours ÷ the better of nginx1 and haproxy1 in the same round.

BEGIN { FS = "\t"; bases = split("nginx1 haproxy1", base, " ") }

{
  remember($1, $2, $4)
  value[$1, $2, $4, $3] = $5
  if ($3 > last) last = $3
}

function remember(s, p, f) {                    # in the order they come
  if (!(s in peers)) scenario[++scenarios] = s
  if (!((s, p) in known)) { known[s, p] = 1; peer[s, ++peers[s]] = p }
  if (!((s, f) in known)) { known[s, f] = 1; figure[s, ++figures[s]] = f }
}

# Sorts list[1..n], sets q1, median, q3.
function quartiles(n,    i, j, v) {
  for (i = 2; i <= n; i++) {
    v = list[i]
    for (j = i - 1; j > 0 && list[j] > v; j--) list[j + 1] = list[j]
    list[j + 1] = v
  }
  q1 = at(n, 0.25); median = at(n, 0.5); q3 = at(n, 0.75)
}
function at(n, part,    x, i) {
  x = 1 + (n - 1) * part; i = int(x)
  return i < n ? list[i] + (x - i) * (list[i + 1] - list[i]) : list[n]
}

function show(v) { return sprintf(v >= 100 ? "%.0f" : v >= 10 ? "%.1f" : "%.2f", v) }

# The better of the two in a round; -1 when one of them has no figure there.
function better(s, f, r,    i, v, least) {
  least = -1
  for (i = 1; i <= bases; i++) {
    if (!((s, base[i]) in known)) continue
    if (!((s, base[i], f, r) in value)) return -1
    v = value[s, base[i], f, r] + 0
    if (least < 0 || v < least) least = v
  }
  return least
}

function ratios(s, p, f, against,    r, n, other) {
  for (r = 1; r <= last; r++) {
    if (!((s, p, f, r) in value)) continue
    other = against == "better" ? better(s, f, r) : ((s, against, f, r) in value) ? value[s, against, f, r] : -1
    if (other > 0) list[++n] = value[s, p, f, r] / other
  }
  if (!n) return
  quartiles(n)
  printf "| %s, %s | %s | **%.2f** | %.2f – %.2f | %d |\n",
    p, f, against == "better" ? "better peer" : against, median, q1, q3, n
}

END {
  for (k = 1; k <= scenarios; k++) {
    s = scenario[k]
    printf "\n### %s\n\nMedian (quartiles).\n\n| |", s
    for (j = 1; j <= figures[s]; j++) printf " %s |", figure[s, j]
    printf "\n|---|"
    for (j = 1; j <= figures[s]; j++) printf "---:|"
    print ""
    for (i = 1; i <= peers[s]; i++) {
      printf "| %s |", peer[s, i]
      for (j = 1; j <= figures[s]; j++) {
        n = 0
        for (r = 1; r <= last; r++)
          if ((s, peer[s, i], figure[s, j], r) in value) list[++n] = value[s, peer[s, i], figure[s, j], r] + 0
        if (n) { quartiles(n); printf " %s (%s – %s) |", show(median), show(q1), show(q3) } else printf " |"
      }
      print ""
    }
    if (!((s, "musher") in known || (s, "musher2") in known)) continue
    print "\n| ours, per round | ÷ | median | quartiles | rounds |\n|---|---|---:|---:|---:|"
    for (i = 1; i <= peers[s]; i++)
      if (peer[s, i] ~ /^musher/)
        for (j = 1; j <= figures[s]; j++)
          if (figure[s, j] ~ /^(CPU|p99|RSS)/) {
            ratios(s, peer[s, i], figure[s, j], "better")
            ratios(s, peer[s, i], figure[s, j], "haproxy1-64k")
          }
  }
}
