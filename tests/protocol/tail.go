package main

// Changes are states by account.
type Changes struct {
	St  [NA]State
	Set [NA]bool
}

// Packed is a state batch of the tail: it is not retired. Done: a record of the key's own is behind it.
type Packed struct {
	Seq, Off int
	Changes
	Done [NA]bool
	Tomb bool // its tombstone is written already (rettomb)
}

// Plan is how one transaction writes the states of one partition.
type Plan struct {
	Own, Pack Changes // records per key; one state batch at offset Off
	Off       int
	Retire    int  // so many of the oldest state batches leave the tail
	Tomb      int  // so many get their tombstone
	Quiet     bool // Redis is not told: nothing was written per key
}

// value is a state as a reader has it: all tombstones are alike.
func value(st State) State {
	if !st.Has {
		return State{}
	}
	return st
}

// holder is the state batch with the newest value of a, -1 when that is a record of the key's own.
func (p *Part) holder(a int) int {
	for i := len(p.Tail) - 1; i >= 0; i-- {
		if t := &p.Tail[i]; t.Set[a] && !t.Done[a] {
			return i
		}
	}
	return -1
}

func (p *Part) tailState(a int) State {
	if i := p.holder(a); i >= 0 {
		return value(p.Tail[i].St[a])
	}
	return State{}
}

// named says whether a reader meets a value of a in a state batch that stays when the oldest `retired` ones go.
func (p *Part) named(a, retired int) bool {
	for i := range p.Tail {
		if i >= retired && p.Tail[i].Set[a] && p.Tail[i].St[a].Has {
			return true
		}
	}
	return false
}

// complete is S: Redis has everything below the oldest state batch that is not retired, or else below end.
func (s *Sim) complete(p *Part, end int) int {
	for i := range p.Tail {
		if !p.Tail[i].Tomb && !s.C.OffFirst {
			return p.Tail[i].Off
		}
	}
	return end
}

// own notes a record of the key's own: state batches before it no longer count for a.
func (p *Part) own(a int) {
	for i := range p.Tail {
		p.Tail[i].Done[a] = true
	}
}

// meet takes one record of a roll forward.
func (s *Sim) meet(p *Part, r *Rec) {
	switch {
	case r.Key == -1:
		p.P = r.P
	case r.Key < PackKey:
		p.Plan[r.Key], p.Set[r.Key] = r.St, true
		if !s.C.OffOwn {
			p.own(r.Key)
		}
	case s.C.OffNoTail:
	case r.Pack != nil:
		p.Tail = append(p.Tail, Packed{Seq: r.Key - PackKey, Off: p.At, Changes: *r.Pack})
	default:
		for i := range p.Tail {
			if p.Tail[i].Seq == r.Key-PackKey {
				p.Tail = append(p.Tail[:i:i], p.Tail[i+1:]...)
				break
			}
		}
	}
}

// follow does to the tail what the plan did to the log.
func (p *Part) follow(plan *Plan, seq int) {
	for i := 0; i < plan.Tomb; i++ {
		p.Tail[i].Tomb = true
	}
	p.Tail = append([]Packed(nil), p.Tail[plan.Retire:]...)
	for a := range plan.Own.Set {
		if plan.Own.Set[a] {
			p.own(a)
		}
	}
	if plan.Pack.Set != [NA]bool{} {
		p.Tail = append(p.Tail, Packed{Seq: seq, Off: plan.Off, Changes: plan.Pack})
	}
}

// plan draws what is packed and what is settled, and adds the requests in the order in which they are produced.
func (s *Sim) plan(w, n, arg int) {
	p, b := &s.W[w].Parts[n], &s.W[w].B
	plan := &b.Plan[n]
	*plan = Plan{Retire: []int{0, 0, 1, 2, len(p.Tail)}[arg>>2%5]}
	if plan.Retire > len(p.Tail) || s.Quiet {
		plan.Retire = len(p.Tail)
	}
	if plan.Tomb = plan.Retire; s.C.OffRetTomb {
		for plan.Retire = 0; plan.Retire < plan.Tomb && p.Tail[plan.Retire].Tomb; plan.Retire++ {
		}
	}
	put := func(r Rec) { b.Ops = append(b.Ops, Op{1 + 2*n, r}) }
	for a := range b.Ch[n] {
		if s.settles(p, plan, a, arg>>7) && (!b.Ch[n][a] || arg&64 == 0) { // else what is decided now replaces it at once
			plan.Own.St[a], plan.Own.Set[a] = p.tailState(a), true
			put(Rec{Key: a, St: plan.Own.St[a], Settles: true})
		}
	}
	for i := 0; i < plan.Tomb; i++ {
		if !p.Tail[i].Tomb {
			s.Stat["retired"]++
			put(Rec{Key: PackKey + p.Tail[i].Seq})
		}
	}
	for a := range b.Ch[n] {
		if st := b.Ov[n][a]; b.Ch[n][a] && s.packs(p, plan, a, st, arg) {
			plan.Pack.St[a], plan.Pack.Set[a] = st, true
		} else if b.Ch[n][a] {
			plan.Own.St[a], plan.Own.Set[a] = st, true
			put(Rec{Key: a, St: st})
		}
	}
	if plan.Pack.Set != [NA]bool{} {
		s.Stat["packed"]++
		pack := plan.Pack
		put(Rec{Key: PackKey + b.To[n].Seq, Pack: &pack})
	}
	plan.Quiet = plan.Own.Set == [NA]bool{} && arg&32 != 0
}

// settles says whether the newest value of a gets a record of its own, since its state batch is retired.
func (s *Sim) settles(p *Part, plan *Plan, a, draw int) bool {
	i := p.holder(a)
	slice := i == 0 && (draw+a)%4 == 0 // a part of the oldest one, ahead of its tombstone
	return i >= 0 && (i < plan.Retire || slice) && !s.C.OffYounger
}

// packs: by chance; but a tombstone goes in time, a state batch stays until it is retired, so a deletion never stands
// alone behind a state batch that has a value for its key.
func (s *Sim) packs(p *Part, plan *Plan, a int, st State, arg int) bool {
	if !st.Has && p.named(a, plan.Retire) && !s.C.OffDeleted {
		return true
	}
	return s.C.Tail && !s.Quiet && arg&3 > 0 && (arg&3 < 3 || arg>>(8+a)&1 == 0) // none, all or some
}

// settle begins a transaction that decides nothing.
func (s *Sim) settle(w, n int) bool {
	x := &s.W[w]
	if x.B.Closed || x.Parts[n].Ph != 5 || len(x.Parts[n].Tail) == 0 || len(x.B.Items) > 0 {
		return false
	}
	x.B.Items = append(x.B.Items, Item{N: n, Topic: -2})
	return true
}
