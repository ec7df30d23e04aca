;; idle beside an overflow every 256 clocks
        ldi r16, 2
        out TIMSK, r16
        sei
l:      rjmp l

;; a flag set by the handler
        ldi r16, 2
        out TIMSK, r16
        sei
l:      sbrs r23, 0
        rjmp l
        clr r23
        rjmp l

;; a count of the handler
        ldi r16, 2
        out TIMSK, r16
        sei
l:      cpi r22, 100
        brlo l
        clr r22
        rjmp l

;; asleep until the overflow
        ldi r16, 2
        out TIMSK, r16
        ldi r16, 0x20
        out MCUCR, r16
        sei
l:      sleep
        rjmp l
